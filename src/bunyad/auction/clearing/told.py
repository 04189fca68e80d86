"""A result as plain values: for the record, for files, for other programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from bunyad.auction.clearing.result import Decision, Result

COLUMNS = (
    "bid", "bidder", "lot", "pot", "state", "quantity", "price", "payment", "rule", "why",
    "winning_price",
)  # fmt: skip
"""Columns of the table of decisions."""


def result_as_values(result: Result) -> dict[str, Any]:
    """
    Return a result as JSON values: decimals are texts with all their digits.

    Parameters
    ----------
    result
        The outcome of `clear`.
    """
    values: dict[str, Any] = _plain(result)
    return values


def canonical_result(result: Result) -> bytes:
    """
    Return a result as canonical JSON: the same bytes for the same result, everywhere.

    Keys are sorted, there are no spaces, letters are UTF-8 (RFC 8785); no number is a float.
    """
    values = result_as_values(result)
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def payment_of(decision: Decision) -> Decimal:
    """
    Return what a winner is paid for one unit of each awarded quantity, exactly.

    For prices per MWh and quantities in MW it is money for each hour at full power; for allowances
    it is what the buyer pays.
    """
    return decision.quantity * decision.price


def decision_rows(result: Result) -> list[dict[str, str]]:
    """Return a row for each bid, in the order of `COLUMNS`; winners have a payment."""
    rows = []
    for one in result.decisions:
        values = {**_plain(one), "payment": str(payment_of(one)) if one.quantity else ""}
        rows.append({name: str(values[name] or "") for name in COLUMNS})
    return rows


def _plain(value: Any) -> Any:
    """Return JSON values: decimals and the keys of dicts as texts."""
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return f"{value:f}" if isinstance(value, Decimal) else value
