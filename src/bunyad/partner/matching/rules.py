"""Weights and thresholds of the score, from a data table with their sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from bunyad.errors import Fault, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRules:
    """Which countries may come, by ISO 3166-1 codes."""

    barred: frozenset[str] = frozenset()
    """Organisations from there are matched with nothing."""
    preferred: frozenset[str] = frozenset()
    """Organisations from there count like those of the need's own country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRules:
    """How the criteria make a score; the meaning of each is in `data/rules.csv`."""

    weight_sector: float
    weight_text: float
    weight_references: float
    weight_capacity: float
    weight_language: float
    weight_country: float
    weight_wishes: float
    lexical_share: float
    relevant_from: float
    turnover_times: float
    turnover_per_head_usd: float
    unknown_value: float
    interpreter_value: float
    abroad_value: float
    reference_gain: float
    liked_gain: float
    disliked_gain: float
    feedback_share: float
    repeat_value: float

    def weights(self) -> dict[str, float]:
        """Return the weight of each criterion, so that they add up to 1."""
        found = {
            one.name.removeprefix("weight_"): float(getattr(self, one.name))
            for one in fields(self)
            if one.name.startswith("weight_")
        }
        whole = sum(found.values())
        return {name: value / whole for name, value in found.items()}


@cache
def _defaults() -> dict[str, float]:
    path = resources.files("bunyad.partner.matching").joinpath("data/rules.csv")
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    return {row["name"]: float(row["value"]) for row in rows}


def match_rules(**changed: float) -> MatchRules:
    """
    Return the rules of the data table, with some values changed.

    Raises
    ------
    InputError
        Naming every value that is unknown or below 0, or if no criterion has a weight.

    Examples
    --------
    >>> match_rules(weight_country=0).weights()["country"]
    0.0
    """
    known = _defaults()
    faults = [
        Fault(f"rules.{name}", "there is no such rule", f"choose from {', '.join(known)}")
        for name in changed
        if name not in known
    ]
    faults += [
        Fault(f"rules.{name}", f"the value is {value}", "give 0 or more")
        for name, value in changed.items()
        if not value >= 0
    ]
    if faults:
        raise InputError.of(faults)
    rules = MatchRules(**{**known, **changed})
    if sum(getattr(rules, name) for name in known if name.startswith("weight_")) <= 0:
        raise InputError("no criterion has a weight", where="rules", mend="give one above 0")
    return rules
