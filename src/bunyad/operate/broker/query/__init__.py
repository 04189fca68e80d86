"""
Query: what may be asked of entities, compiled once and matched often.

asking      `compile_query`: the query language (`q`, and `csf` of registrations)
places      `compile_geo`: relations between geometries, distances on the ellipsoid
scopes      `compile_scopes`: `/Region/Village/#`
selection   `compile_types`: `Home;Vehicle|Building`
patterns    `compile_pattern`: patterns that cannot run away

Whatever is malformed raises `BadRequestData`.
"""

from __future__ import annotations

from bunyad.operate.broker.query.asking import Query, compile_query
from bunyad.operate.broker.query.patterns import Pattern, compile_pattern
from bunyad.operate.broker.query.places import GeoQuery, compile_geo
from bunyad.operate.broker.query.scopes import ScopeQuery, compile_scopes
from bunyad.operate.broker.query.selection import TypeSelection, compile_types

__all__ = [
    "GeoQuery",
    "Pattern",
    "Query",
    "ScopeQuery",
    "TypeSelection",
    "compile_geo",
    "compile_pattern",
    "compile_query",
    "compile_scopes",
    "compile_types",
]
