"""Plans that are open: their region and results in memory, the last few of them."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bunyad.errors import BunyadError
from bunyad.options import Options
from bunyad.plan.run import PROVENANCE, STAGES_FOLDER
from bunyad.potential.result import Potential
from bunyad.region.changed import apply_changes
from bunyad.region.changes import Changes
from bunyad.region.file import FILE_NAME
from bunyad.region.folder import find_region
from bunyad.region.load import load_region
from bunyad.region.model import Region
from bunyad.store.models import PlanRecord
from bunyad.store.results import load_result
from bunyad.web.explore.land import Land
from bunyad.web.explore.worker import WORKER
from bunyad.web.plans.folders import is_made, plan_folder, region_source
from bunyad.web.problems import Problem, not_found
from bunyad.web.services import Services

log = logging.getLogger(__name__)
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


def land_of(data: Path, plan: PlanRecord) -> Land:
    """
    Tell which land a plan is of, without opening it.

    Raises
    ------
    Problem
        404 where the plan has not been made.
    """
    try:
        made = json.loads((plan_folder(data, plan) / PROVENANCE).read_text("utf-8"))
    except OSError:
        raise not_found("plan") from None
    source = region_source(data, plan)
    return Land(
        source=source,
        stamp=(find_region(source) / FILE_NAME).stat().st_mtime,
        options=json.dumps(made["options"]),
        changes=json.dumps(made.get("changes", {})),
    )


def _read(folder: Path, source: str | Path) -> Opened:
    provenance = json.loads((folder / PROVENANCE).read_text("utf-8"))
    changes = Changes.model_validate(provenance.get("changes", {}))
    return Opened(
        region=apply_changes(load_region(source), changes),
        potential=load_result(Potential, folder / STAGES_FOLDER / "potential"),
        options=Options.model_validate(provenance["options"]),
    )


def warm_up(services: Services) -> None:
    """Open the newest public plan behind the pages, so that nobody waits for the first answer."""
    threading.Thread(target=_warm, args=(services,), daemon=True, name="warm-up").start()


def _warm(services: Services) -> None:
    data = services.settings.data
    newest = select(PlanRecord).where(
        PlanRecord.is_public.is_(True), PlanRecord.is_removed.is_(False)
    )
    try:
        with services.database.read() as session:
            plans = session.scalars(newest.order_by(PlanRecord.created.desc())).all()
        made = next((plan for plan in plans if is_made(data, plan)), None)
        if made is not None:
            SHELF.open_plan(data, made)
            WORKER.ask("bunyad.web.explore.routes:warm_up", land_of(data, made))
    except (Problem, BunyadError, OSError, RuntimeError, SQLAlchemyError):
        log.warning("the newest plan could not be opened ahead", exc_info=True)
