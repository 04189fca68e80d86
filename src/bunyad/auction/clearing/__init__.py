"""Clear an auction: exact, the same for everybody, with the reason of every decision."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bunyad.auction.clearing.check import check_rules
from bunyad.auction.clearing.clear import clear
from bunyad.auction.clearing.result import Decision, PotResult, Proof, Result

if TYPE_CHECKING:
    from bunyad.auction.clearing.second import Confirmation, confirm

__all__ = [
    "Confirmation",
    "Decision",
    "PotResult",
    "Proof",
    "Result",
    "check_rules",
    "clear",
    "confirm",
]


def __getattr__(name: str) -> Any:
    """Load the second solver when it is first asked; it is heavy."""
    if name in ("Confirmation", "confirm"):
        return getattr(import_module("bunyad.auction.clearing.second"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
