"""Clear an auction: exact, the same for everybody, with the reason of every decision."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bunyad.auction.clearing.check import check_rules, clashing_rules, missing_rules
from bunyad.auction.clearing.clear import clear
from bunyad.auction.clearing.result import Decision, PotResult, Proof, Result
from bunyad.auction.clearing.told import (
    COLUMNS,
    canonical_result,
    decision_rows,
    payment_of,
    result_as_values,
)

if TYPE_CHECKING:
    from bunyad.auction.clearing.second import Confirmation, confirm

__all__ = [
    "COLUMNS",
    "Confirmation",
    "Decision",
    "PotResult",
    "Proof",
    "Result",
    "canonical_result",
    "check_rules",
    "clashing_rules",
    "clear",
    "confirm",
    "decision_rows",
    "missing_rules",
    "payment_of",
    "result_as_values",
]


def __getattr__(name: str) -> Any:
    """Load the second solver when it is first asked; it is heavy."""
    if name in ("Confirmation", "confirm"):
        return getattr(import_module("bunyad.auction.clearing.second"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
