"""Requests about regions: those that can be planned, and uploads of an organisation's own."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from bunyad.errors import InputError
from bunyad.region.file import read_region_file
from bunyad.region.folder import built_in_regions, find_region
from bunyad.store.models import PlanRecord, RegionRecord
from bunyad.web.endpoint import Call, Endpoint, Nothing
from bunyad.web.explore.worker import WORKER
from bunyad.web.plans.bodies import RegionState
from bunyad.web.problems import Problem, not_found, problem_of
from bunyad.web.rights import ANYBODY, PLANNERS, Person, Role
from bunyad.web.services import record

TAGS = ("plans",)
CHECK = "bunyad.web.plans.uploading:check_upload"


def list_regions(call: Call[Nothing, Nothing]) -> list[RegionState]:
    """List the regions that can be planned: built in, and those of one's organisation."""
    with call.services.database.read() as session:
        own = session.scalars(
            select(RegionRecord)
            .where(RegionRecord.organisation_id == call.person.organisation_id)
            .order_by(RegionRecord.created)
        ).all()
    folder = call.services.settings.data / "regions"
    return _built_in() + [_state(folder / one.id, one) for one in own if (folder / one.id).is_dir()]


@cache
def _built_in() -> list[RegionState]:
    """Read the regions that come with the package, once."""
    return [
        RegionState(
            id=name, title=dict(read_region_file(find_region(name)).title), is_built_in=True
        )
        for name in built_in_regions()
    ]


async def upload_region(call: Call[Nothing, Nothing]) -> RegionState:
    """Take a zip of a region folder, check all of it, and keep it for one's organisation."""
    uploads = call.services.settings.data / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=uploads) as name:
        archive = Path(name) / "region.zip"
        with archive.open("wb") as out:
            async for chunk in call.request.stream():
                out.write(chunk)
        return await run_in_threadpool(_keep, call, archive, Path(name) / "region")


def remove_region(call: Call[Nothing, Nothing]) -> None:
    """Remove an uploaded region that no plan is of."""
    with call.services.database.begin() as session:
        found = session.get(RegionRecord, call.path["region"])
        if found is None or not _is_own(call.person, found):
            raise not_found("region")
        if session.scalars(select(PlanRecord.id).where(PlanRecord.region == found.id)).first():
            raise Problem(
                409, "region-in-use", "There are plans of this region.",
                mend="Keep the region as long as its plans.",
            )  # fmt: skip
        session.delete(found)
        record(session, call.person, "region.remove", found.id, name=found.name)
    shutil.rmtree(call.services.settings.data / "regions" / found.id, ignore_errors=True)


def check_region(session: Session, person: Person, region: str) -> None:
    """
    Refuse regions that are neither built in nor of the one who asks.

    Raises
    ------
    Problem
        422 with the regions that there are.
    """
    if region in built_in_regions():
        return
    found = session.get(RegionRecord, region)
    if found is None or found.organisation_id != person.organisation_id:
        raise Problem(
            422, "wrong-input", f"There is no region {region!r}.",
            mend=f"Give {', '.join(built_in_regions())}, or upload a region.",
        )  # fmt: skip


def _keep(call: Call[Any, Any], archive: Path, folder: Path) -> RegionState:
    """Unpack and check an upload in a process of its own, then keep it."""
    if archive.stat().st_size == 0:
        raise problem_of(
            InputError("nothing was sent", where="body", mend="send a zip of a region folder")
        )
    folder.mkdir()
    name: str = WORKER.ask(CHECK, archive, folder)
    with call.services.database.begin() as session:
        known = select(RegionRecord).where(
            RegionRecord.organisation_id == call.person.organisation_id, RegionRecord.name == name
        )
        if session.scalars(known).first() is not None:
            raise Problem(
                409, "region-is-there", f"Your organisation has a region {name!r} already.",
                mend="Give the region another name in its region.yaml, or remove the older one.",
            )  # fmt: skip
        kept = RegionRecord(
            name=name, organisation_id=call.person.organisation_id, created_by=call.person.id
        )
        session.add(kept)
        session.flush()
        record(session, call.person, "region.upload", kept.id, name=name)
        target = call.services.settings.data / "regions" / kept.id
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
        return _state(target, kept)


def _state(folder: Path, kept: RegionRecord) -> RegionState:
    return RegionState(id=kept.id, title=dict(read_region_file(folder).title), is_built_in=False)


def _is_own(person: Person, region: RegionRecord) -> bool:
    return person.role is Role.ADMIN or region.organisation_id == person.organisation_id


ENDPOINTS = (
    Endpoint(name="list_regions", method="GET", path="/regions", may=ANYBODY, tags=TAGS,
             title="Regions that can be planned", act=list_regions, answer=list[RegionState]),
    Endpoint(name="upload_region", method="POST", path="/regions", may=PLANNERS, tags=TAGS,
             title="Upload a zip of a region folder", act=upload_region, answer=RegionState,
             status=201, is_raw=True),
    Endpoint(name="remove_region", method="DELETE", path="/regions/{region}", may=PLANNERS,
             tags=TAGS, title="Remove an uploaded region", act=remove_region),
)  # fmt: skip
