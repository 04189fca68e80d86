"""What the charts of the report show, in parts of their height and width."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunyad.operate.indicators.kept import TOLERANCE, Kept
from bunyad.operate.indicators.summary import main_amounts, number, profile, signed

DRAWN = ("feeder-power", "home-solar", "home-heat", "home-water")
"""Amounts that are drawn by day, where the village has them."""
WIDEST = 0.5
"""Deviation at which a bar ends; what is further off is cut there [-]."""


def deviation_bars(plan: Iterable[Kept], language: str) -> dict[str, Any]:
    """
    Return a bar for each amount, from the middle to its deviation.

    Parameters
    ----------
    plan
        The amounts.
    language
        `en` or `az`.

    Returns
    -------
    dict
        `tolerance`: half the width that counts as kept; `bars`: name, text, and where each begins
        and how wide it is, from 0 to 1 of the whole width (no bar where it cannot be told).
    """
    bars = []
    for one in main_amounts(plan):
        share = None if one.deviation.verdict == "unknown" else one.deviation.share
        size = min(abs(share or 0.0), WIDEST) / WIDEST / 2
        bars.append(
            {
                "name": profile(one, language), "text": signed(share, language),
                "begin": 0.5 - size if (share or 0.0) < 0 else 0.5, "width": size,
                "is_kept": one.deviation.verdict == "within", "is_cut": abs(share or 0.0) > WIDEST,
            }
        )  # fmt: skip
    return {"tolerance": TOLERANCE / WIDEST / 2, "bars": bars}


def daily_panels(plan: Iterable[Kept], language: str) -> list[dict[str, Any]]:
    """
    Return a panel for each amount that is drawn by day.

    Parameters
    ----------
    plan
        The amounts.
    language
        `en` or `az`.

    Returns
    -------
    list
        `name`, `unit`, `top` (text of the highest value), `zero` (how far the zero is from the
        top, 0 to 1) and `days`: `actual` and `plan` as such parts (None: not known).
    """
    by_name = {one.name: one for one in plan}
    found = [by_name[name] for name in DRAWN if name in by_name and by_name[name].daily]
    return [_panel(one, language) for one in found]


def _panel(one: Kept, language: str) -> dict[str, Any]:
    values = [value for day in one.daily for value in day if value is not None]
    top, bottom = max(*values, 0.0, 1e-9), min(*values, 0.0)

    def part(value: float | None) -> float | None:
        return None if value is None else (top - value) / (top - bottom)

    return {
        "name": profile(one, language), "unit": one.unit, "top": number(top, language),
        "bottom": number(bottom, language), "zero": part(0.0),
        "days": [{"actual": part(real), "plan": part(planned)} for real, planned in one.daily],
    }  # fmt: skip
