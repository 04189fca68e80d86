"""What the room `programme` gives."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bunyad.project import Project
from bunyad.tables import schema

SPENDING = schema(
    "spending",
    ("year", "int", "a", "Year"),
    ("kind", "str", "", "Kind of project"),
    ("funding", "str", "", "public or private"),
    ("capex_usd", "float", "US$", "Money spent in the year"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """In which order, on what money."""

    projects: tuple[Project, ...]
    """Ordered by start, kind and identifier."""
    spending: pd.DataFrame
    budgets: pd.DataFrame
    """Columns `year`, `public_budget_usd`, `public_spending_usd`, `private_spending_usd`."""
