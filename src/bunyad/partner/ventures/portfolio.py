"""Ventures by country and field."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from bunyad.auction.money import to_steps
from bunyad.partner.organisations.codes import section_of
from bunyad.partner.ventures.law import CENTS
from bunyad.partner.ventures.reminders import paid_cents
from bunyad.partner.ventures.state import VentureState
from bunyad.tables import conform, schema

PORTFOLIO = schema(
    "portfolio",
    ("country", "str", "-", "Country of a party, ISO 3166-1"),
    ("field", "str", "-", "Section of ISIC rev. 4"),
    ("form", "str", "-", "letter_of_intent, memorandum, joint_venture or contract"),
    ("stage", "str", "-", "drafted, running, ended or cancelled"),
    ("ventures", "int", "-", "Ventures with a party of this country"),
    ("promised_usd", "float", "US$", "Contributions of its parties that are agreed"),
    ("paid_usd", "float", "US$", "Contributions of its parties that came"),
    ("milestones", "int", "-", "Milestones of these ventures"),
    ("reached", "int", "-", "Milestones that were reached"),
)
KEYS = ["country", "field", "form", "stage"]


def portfolio(ventures: Iterable[VentureState]) -> pd.DataFrame:
    """
    Return ventures counted by country, field, form and stage.

    A venture counts once in each country that its parties come from; contributions count where
    their party comes from.

    Parameters
    ----------
    ventures
        Their states.

    Returns
    -------
    pandas.DataFrame
        As `PORTFOLIO`.
    """
    rows = [row for one in ventures for row in _rows(one)]
    if not rows:
        return conform(pd.DataFrame(columns=PORTFOLIO.names()), PORTFOLIO)
    table = pd.DataFrame(rows).groupby(KEYS, as_index=False).sum()
    return conform(table, PORTFOLIO)


def _rows(state: VentureState) -> list[dict[str, object]]:
    terms = state.terms
    home = {one["organisation"]: one["country"] for one in terms["parties"]}
    milestones = terms.get("milestones", ())
    found = []
    for country in dict.fromkeys(home.values()):
        theirs = [one for one in terms.get("contributions", ()) if home[one["party"]] == country]
        found.append(
            {
                "country": country,
                "field": section_of(terms["field"]),
                "form": terms["form"],
                "stage": state.stage,
                "ventures": 1,
                "promised_usd": sum(to_steps(one["amount_usd"], CENTS) for one in theirs) / 100
                if state.agreed is not None
                else 0.0,
                "paid_usd": sum(paid_cents(state, one["id"]) for one in theirs) / 100,
                "milestones": len(milestones),
                "reached": sum(one["id"] in state.reached for one in milestones),
            }
        )
    return found
