"""Plans that are open: their region and results in memory, the last few of them."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from bunyad.options import Options
from bunyad.plan.run import PROVENANCE, STAGES_FOLDER
from bunyad.potential.result import Potential
from bunyad.region.load import load_region
from bunyad.region.model import Region
from bunyad.store.models import PlanRecord
from bunyad.store.results import load_result
from bunyad.web.plans.folders import plan_folder, region_source
from bunyad.web.problems import not_found

MOST_OPEN = 4
"""Plans kept in memory; each takes up to about 100 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What questions about the land need."""

    region: Region
    potential: Potential
    options: Options


class Shelf:
    """Keeps the plans that were asked last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: OrderedDict[tuple[str, int], Opened] = OrderedDict()

    def open_plan(self, data: Path, plan: PlanRecord) -> Opened:
        """
        Return a plan's region and potential.

        Raises
        ------
        Problem
            404 where the plan has not been made.
        InputError
            If its region is no longer there.
        """
        folder = plan_folder(data, plan)
        try:
            key = (str(folder), (folder / PROVENANCE).stat().st_mtime_ns)
        except OSError:
            raise not_found("plan") from None
        with self._lock:
            if key not in self._opened:
                self._opened[key] = _read(folder, region_source(data, plan))
                while len(self._opened) > MOST_OPEN:
                    self._opened.popitem(last=False)
            self._opened.move_to_end(key)
            return self._opened[key]


SHELF = Shelf()


def _read(folder: Path, source: str | Path) -> Opened:
    provenance = json.loads((folder / PROVENANCE).read_text("utf-8"))
    return Opened(
        region=load_region(source),
        potential=load_result(Potential, folder / STAGES_FOLDER / "potential"),
        options=Options.model_validate(provenance["options"]),
    )
