"""The judged pairs of organisations and needs, and the quality of an order by them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bunyad.partner.matching import ndcg
from bunyad.partner.needs import Need
from bunyad.partner.needs.asked import asked_by, wordings
from bunyad.partner.organisations import Organisation, read_organisations

FOLDER = Path(__file__).parent / "partner" / "judged"


@dataclass(frozen=True)
class Judged:
    """Organisations, needs and the grade of each pair."""

    organisations: tuple[Organisation, ...]
    needs: tuple[Need, ...]
    grades: NDArray[np.int64]
    """Organisations by row, needs by column."""


def judged_pairs(which: str) -> Judged:
    """Return the half to `tune` on or to `test`."""
    text = (FOLDER / "judgements.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    organisations = read_organisations(FOLDER / "organisations.csv").directory.organisations
    asked = list(dict.fromkeys(row["asked"] for row in rows if row["set"] == which))
    place = {one.id: at for at, one in enumerate(organisations)}
    grades = np.zeros((len(organisations), len(asked)), np.int64)
    for row in rows:
        if row["set"] == which:
            grades[place[row["organisation"]], asked.index(row["asked"])] = int(row["grade"])
    return Judged(organisations, tuple(need(one) for one in asked), grades)


def need(asked: str, **more) -> Need:
    """Return a need of a village, for one thing that plans ask for."""
    first = next(one for many in asked_by().values() for one in many if one.asked == asked)
    told = wordings()[asked]
    given = {
        "id": f"village.{asked}", "project": "village", "asked": asked, "title": told.en,
        "kind": first.kind, "text": told.words, "sectors": first.sectors, "languages": ("az", "en"),
        "country": "AZ", "district": "Zangilan", "amount_usd": 500_000.0, "start": 2027,
        "finish": 2028,
    }  # fmt: skip
    return Need(**{**given, **more})


def quality(scores: NDArray[np.float32], judged: Judged) -> float:
    """Return the mean nDCG@10 over the needs."""
    return float(np.mean([
        ndcg(scores[:, at], judged.grades[:, at]) for at in range(len(judged.needs))
    ]))  # fmt: skip
