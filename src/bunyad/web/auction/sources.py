"""What a draft is made of: ready-made rules, and lots of a plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec

from bunyad.auction.rules import load_rules, ready_made
from bunyad.web.auction.bodies.words import Decimals, Name
from bunyad.web.auction.drafting import check_rules
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.plans.folders import plan_folder
from bunyad.web.plans.rights import find_plan


class ReadyRules(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that are ready to be used or changed."""

    name: str
    title: str
    country: str
    not_covered: list[str]
    """What of the published rules they leave out."""
    rules: dict[str, Any]


class LotsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which projects of a plan to turn into lots, under which rules."""

    plan: str
    rules: dict[str, Any]
    kinds: Annotated[list[Name], msgspec.Meta(max_length=10)] = []
    """Solar, wind, hydro, storage; empty for all of them."""
    per_usd: Decimals = "1"
    """Units of the rules' currency for one US$."""


def list_rules(_: Call[Nothing, Nothing]) -> list[ReadyRules]:
    """List the ready-made rules, each whole."""
    loaded = [(name, load_rules(name)) for name in ready_made()]
    return [
        ReadyRules(
            name=name,
            title=rules.title,
            country=rules.country,
            not_covered=list(rules.not_covered),
            rules=rules.model_dump(mode="json", exclude_defaults=True),
        )
        for name, rules in loaded
    ]


def draw_plan_lots(call: Call[Nothing, LotsQuery]) -> list[dict[str, Any]]:
    """Turn projects of a plan into lots, each with a suggested ceiling price; nothing is kept."""
    # Who never draws lots never waits for the tables' libraries.
    from bunyad.auction.lots import (  # noqa: PLC0415
        draw_lots,
        lot_body,
        plan_terms,
        read_plan_tables,
    )
    from bunyad.auction.lots.draw import KINDS  # noqa: PLC0415
    from bunyad.options import resolve_options  # noqa: PLC0415

    rules = check_rules(call.body.rules)
    with call.services.database.read() as session:
        found = find_plan(session, call.person, call.body.plan)
        folder = plan_folder(call.services.settings.data, found)
    tables = read_plan_tables(folder)
    lots = draw_lots(
        tables,
        kinds=tuple(call.body.kinds) or KINDS,
        rules=rules,
        terms=resolve_options(("plan: options", plan_terms(tables.provenance))).auction,
        per_usd=Decimal(call.body.per_usd),
    )
    return [lot_body(lot) for lot in lots]
