"""Clear an auction: exact, the same for everybody, with the reason of every decision."""

from __future__ import annotations

from bunyad.auction.clearing.clear import check_rules, clear
from bunyad.auction.clearing.result import Decision, PotResult, Proof, Result

__all__ = ["Decision", "PotResult", "Proof", "Result", "check_rules", "clear"]
