"""What a project asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from bunyad.tables import conform, schema

NEEDS = schema(
    "needs",
    ("id", "str", "-", "Identifier: that of the project, a point, what is asked for"),
    ("project", "str", "-", "Identifier of the project, the same from plan to operation"),
    ("asked", "str", "-", "What is asked for: a key of the table of what projects ask for"),
    ("title", "str", "-", "What is asked for and where, in English"),
    ("kind", "str", "-", "equipment, works, services, finance or operation"),
    ("text", "str", "-", "What is asked for in the words of the trade"),
    ("sectors", "str", "-", "Codes of ISIC rev. 4, apart by ;"),
    ("languages", "str", "-", "Languages that the work is done in, ISO 639-1, apart by ;"),
    ("country", "str", "-", "Country of the place, ISO 3166-1"),
    ("district", "str", "-", "District of the place"),
    ("amount_usd", "float", "US$", "Cost in the plan's money; of operation, a year"),
    ("start", "int", "a", "First year of work"),
    ("finish", "int", "a", "Last year of work"),
    ("quantities", "str", "-", "Bill of quantities, apart by ;"),
    ("longitude", "float", "°", "Of the place"),
    ("latitude", "float", "°", "Of the place"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a project asks somebody for."""

    id: str
    project: str
    asked: str
    title: str
    kind: str
    text: str
    sectors: tuple[str, ...]
    languages: tuple[str, ...]
    country: str
    district: str
    amount_usd: float
    """Cost in the plan's money [US$]; of `operation` [US$/a]."""
    start: int
    finish: int
    quantities: tuple[str, ...] = ()
    """Lines of the bill, such as `350 meters smart electricity meter`."""
    longitude: float = 0.0
    latitude: float = 0.0


def needs_table(needs: Sequence[Need]) -> pd.DataFrame:
    """Return needs as a table, as `NEEDS`."""
    rows = [asdict(one) for one in needs]
    for row in rows:
        for name in ("sectors", "languages", "quantities"):
            row[name] = "; ".join(row[name])
    return conform(pd.DataFrame(rows, columns=NEEDS.names()), NEEDS)
