"""Plans side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bunyad.store.models import PlanRecord
from bunyad.web.packed import SHELF, Packed
from bunyad.web.plans.bodies import ComparedFigure, OptionValue
from bunyad.web.plans.folders import plan_folder
from bunyad.web.problems import not_found

PAGE_FILE = "report.json"


def read_page(data: Path, plan: PlanRecord) -> dict[str, Any]:
    """
    Return what a plan's report shows.

    Raises
    ------
    Problem
        404 where the plan has not been made yet.
    """
    try:
        content: dict[str, Any] = json.loads(page_bytes(data, plan))
    except ValueError:
        raise not_found("page of this plan") from None
    return content


def page_bytes(data: Path, plan: PlanRecord) -> bytes:
    """Return what a plan's report shows, as JSON."""
    return packed_page(data, plan).content


def packed_page(data: Path, plan: PlanRecord) -> Packed:
    """Return what a plan's report shows, as JSON that is ready to be sent."""
    path = plan_folder(data, plan) / PAGE_FILE
    try:
        stat = path.stat()
        key = f"{path} {stat.st_mtime_ns} {stat.st_ino} {stat.st_size}"
        return SHELF.find(key, path.read_bytes)
    except OSError:
        raise not_found("page of this plan") from None


def compare_figures(pages: list[dict[str, Any]]) -> list[ComparedFigure]:
    """Lay the key figures of several plans side by side, in the first plan's order."""
    known = [{card["key"]: card for card in page["cards"]} for page in pages]
    keys = dict.fromkeys(key for cards in known for key in cards)
    return [
        ComparedFigure(
            key=key,
            unit=next(cards[key]["unit"] for cards in known if key in cards),
            values=[cards[key]["value"] if key in cards else None for cards in known],
        )
        for key in keys
    ]


def changed_options(pages: list[dict[str, Any]]) -> dict[str, list[OptionValue | None]]:
    """Return the options that are not the same in all plans."""
    values = [_options(page) for page in pages]
    keys = sorted({key for one in values for key in one})
    return {
        key: [one.get(key) for one in values]
        for key in keys
        if len({json.dumps(one.get(key)) for one in values}) > 1
    }


def _options(page: dict[str, Any]) -> dict[str, OptionValue]:
    """Return every option of a plan by `room.name`."""
    rooms = page["provenance"]["options"]
    return {f"{room}.{name}": value for room, row in rooms.items() for name, value in row.items()}
