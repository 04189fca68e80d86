"""A lot and a draft as exact text: whole numbers and decimal strings, no floats."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import shapely

from bunyad.auction.lots.lot import Lot
from bunyad.auction.rules.model import Rules

DIGITS = {"_gwh": 3, "_mw": 3, "_mwh": 3, "_km2": 3, "_kv": 1, "_hours": 0, "_usd": 0}
"""Digits after the point, by how a field's name ends."""
MANY_DIGITS = 2
DEGREES = 1e-6
"""Step of longitudes and latitudes: about 0.1 m."""


def lot_body(lot: Lot) -> dict[str, Any]:
    """
    Return a lot as the events of an auction hold it.

    Parameters
    ----------
    lot
        What is put up.

    Returns
    -------
    dict
        Text, whole numbers and decimal text; the site as WKT in longitude and latitude, and
        `place`, a point within it.
    """
    values = {field.name: getattr(lot, field.name) for field in dataclasses.fields(lot)}
    shape = shapely.set_precision(values.pop("geometry"), DEGREES)
    inside = shape.representative_point()
    body: dict[str, Any] = {
        name: _exact(name, value) for name, value in values.items() if value is not None
    }
    return {
        **body,
        "requires": [dataclasses.asdict(one) for one in lot.requires],
        "files": [dataclasses.asdict(one) for one in lot.files],
        "place": {"lon": f"{inside.x:.6f}", "lat": f"{inside.y:.6f}"},
        "site_wkt": shapely.to_wkt(shape, rounding_precision=6, trim=True),
    }


def draft_document(title: str, rules: Rules, lots: Sequence[Lot]) -> dict[str, Any]:
    """
    Return the draft of an auction: the body of its first event.

    Parameters
    ----------
    title
        Title of the auction.
    rules
        Its rules.
    lots
        What is put up.
    """
    return {
        "title": title,
        "rules": rules.model_dump(mode="json", exclude_none=True),
        "lots": [lot_body(lot) for lot in lots],
    }


def _exact(name: str, value: Any) -> Any:
    """Return a float as decimal text with the digits of its kind; other values as they are."""
    if isinstance(value, Decimal):
        return str(value)
    if not isinstance(value, float):
        return value
    digits = next((count for end, count in DIGITS.items() if name.endswith(end)), MANY_DIGITS)
    return f"{value:.{digits}f}"
