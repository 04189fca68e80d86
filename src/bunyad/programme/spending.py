"""What is spent in each year, and what may be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bunyad.programme.result import SPENDING
from bunyad.programme.scheduling import Limits
from bunyad.project import KINDS, Project
from bunyad.tables import conform

__all__ = ["compare_budgets", "list_spending"]


def list_spending(projects: Sequence[Project]) -> pd.DataFrame:
    """
    Return what is spent by year, kind and funding; each project's cost is spread evenly.

    Parameters
    ----------
    projects
        Dated projects.

    Returns
    -------
    pandas.DataFrame
        Table `SPENDING`, only rows in which money is spent, by year and in the order of kinds.
    """
    rows = [
        (year, KINDS.index(project.kind), project.funding, project.capex_usd / _years(project))
        for project in projects
        for year in range(project.start, project.finish + 1)
        if project.capex_usd > 0
    ]
    table = pd.DataFrame(rows, columns=["year", "rank", "funding", "capex_usd"])
    spending = table.groupby(["year", "rank", "funding"])["capex_usd"].sum().reset_index()
    spending["kind"] = [KINDS[rank] for rank in spending["rank"].astype(int)]
    return conform(spending, SPENDING)


def compare_budgets(spending: pd.DataFrame, *, limits: Limits) -> pd.DataFrame:
    """
    Hold the spending of each year against the public budget.

    Parameters
    ----------
    spending
        Table `SPENDING`.
    limits
        Limits of each year.

    Returns
    -------
    pandas.DataFrame
        Columns `year`, `public_budget_usd`, `public_spending_usd` and `private_spending_usd`,
        from the first year to the end of the plan or of the spending.
    """
    last_planned = limits.first_year + len(limits.public_usd) - 1
    last = max([last_planned, *spending["year"].tolist()])
    years = np.arange(limits.first_year, last + 1)
    by_funding = spending.groupby(["funding", "year"])["capex_usd"].sum()
    frame = pd.DataFrame({"year": years, "public_budget_usd": limits.table(len(years))[0]})
    for funding in ("public", "private"):
        of = by_funding.loc[[funding]].droplevel("funding") if funding in by_funding else None
        frame[f"{funding}_spending_usd"] = 0.0 if of is None else frame["year"].map(of).fillna(0.0)
    return frame


def _years(project: Project) -> int:
    """Return the years that a project takes."""
    return project.finish - project.start + 1
