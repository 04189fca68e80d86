"""Where plans lie on disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bunyad.plan.run import PROVENANCE
from bunyad.store.database import Database
from bunyad.store.models import PlanRecord


def plan_folder(data: Path, plan: PlanRecord) -> Path:
    """Return the folder of a plan, whether it is there or not."""
    return Path(plan.folder) if plan.folder else data / "plans" / plan.id


def is_made(data: Path, plan: PlanRecord) -> bool:
    """Tell whether a plan has been run."""
    return (plan_folder(data, plan) / PROVENANCE).is_file()


def region_source(data: Path, plan: PlanRecord) -> str | Path:
    """Return what `plan_region` takes: a built-in region's name, or an uploaded folder."""
    uploaded = data / "regions" / plan.region
    return uploaded if uploaded.is_dir() else plan.region


def start_from_base(database: Database, data: Path, plan: PlanRecord) -> None:
    """
    Put the base plan's results where the new plan is made, so that what is the same is reused.

    Files are linked, not copied, where the disk can; a run never writes into them.
    """
    out = plan_folder(data, plan)
    if plan.base_id is None or out.exists():
        return
    with database.read() as session:
        base = session.get(PlanRecord, plan.base_id)
    if base is None or not is_made(data, base):
        return
    part = out.with_name(f".{out.name}.copy")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(plan_folder(data, base), part, copy_function=_link_or_copy)
    part.rename(out)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
