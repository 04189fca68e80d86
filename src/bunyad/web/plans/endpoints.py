"""Requests about plans, their runs and their files."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from bunyad.options import resolve_options
from bunyad.plan.run import OUTPUTS, PROVENANCE
from bunyad.region.changed import apply_changes
from bunyad.region.changes import check_changes
from bunyad.region.load import load_region
from bunyad.store.models import Job, PlanRecord
from bunyad.web.endpoint import Call, Endpoint, Nothing
from bunyad.web.packed import Packed
from bunyad.web.plans.bodies import (
    CompareQuery,
    Comparison,
    OptionState,
    PlanChange,
    PlanDraft,
    PlanFile,
    PlanPage,
    PlanQuery,
    PlanState,
    SharedLink,
    ShareQuery,
)
from bunyad.web.plans.comparing import (
    PAGE_FILE,
    changed_options,
    compare_figures,
    packed_page,
    read_page,
)
from bunyad.web.plans.folders import plan_folder, region_source
from bunyad.web.plans.listing import page_of_plans, plan_state
from bunyad.web.plans.options import list_options
from bunyad.web.plans.regions import ENDPOINTS as REGIONS
from bunyad.web.plans.regions import check_region
from bunyad.web.plans.rights import find_own_plan, find_plan
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import ANYBODY, PLANNERS
from bunyad.web.services import new_token, record

TAGS = ("plans",)
FILES = (*OUTPUTS, PROVENANCE)
REPORT_POLICY = "sandbox allow-scripts allow-downloads allow-modals"
"""The report brings its own policy; here it may not reach the server as its reader."""


def list_plans(call: Call[PlanQuery, Nothing]) -> PlanPage:
    """List plans, newest first."""
    with call.services.database.read() as session:
        return page_of_plans(
            session, call.services.settings.data, call.person,
            cursor=call.query.cursor, limit=call.query.limit, removed=call.query.removed,
        )  # fmt: skip


def get_plan(call: Call[ShareQuery, Nothing]) -> PlanState:
    """Return a plan and how its run stands."""
    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.path["plan"], share=call.query.share)
        return _state(call, session, plan)


def draft_plan(call: Call[Nothing, PlanDraft]) -> PlanState:
    """Make a plan: check what is asked for, keep it, and queue its run."""
    draft = call.body
    with call.services.database.begin() as session:
        if draft.base_id is not None:
            base = find_plan(session, call.person, draft.base_id)
            if base.region != draft.region:
                raise Problem(
                    422, "wrong-input", "The base plan is of another region.",
                    mend=f"Give {base.region} as the region, or no base.",
                )  # fmt: skip
        plan = PlanRecord(
            name=draft.name,
            why=draft.why,
            region=draft.region,
            base_id=draft.base_id,
            changes={"options": draft.options, **({"edits": draft.edits} if draft.edits else {})},
            organisation_id=call.person.organisation_id,
            created_by=call.person.id,
        )
        check_region(session, call.person, draft.region)
        resolve_options(("options", draft.options))
        _check_edits(region_source(call.services.settings.data, plan), draft.edits)
        session.add(plan)
        session.flush()
        session.add(Job(plan_id=plan.id, created_by=call.person.id))
        record(session, call.person, "plan.draft", plan.id, name=plan.name, why=plan.why)
        session.flush()
        return _state(call, session, plan)


def change_plan(call: Call[Nothing, PlanChange]) -> PlanState:
    """Change a plan's words or its audience."""
    change = call.body
    with call.services.database.begin() as session:
        plan = find_own_plan(session, call.person, call.path["plan"])
        for name in ("name", "why", "is_public"):
            value = getattr(change, name)
            if value is not None:
                setattr(plan, name, value)
        plan.version += 1
        record(session, call.person, "plan.change", plan.id, is_public=plan.is_public)
        return _state(call, session, plan)


def remove_plan(call: Call[Nothing, Nothing]) -> None:
    """Put a plan aside; it can be taken back."""
    _put_aside(call, aside=True)


def restore_plan(call: Call[Nothing, Nothing]) -> None:
    """Take a plan back that was put aside."""
    _put_aside(call, aside=False)


def share_plan(call: Call[Nothing, Nothing]) -> SharedLink:
    """Make a link that lets its holder see a plan; an older link ends."""
    token, hashed = new_token()
    with call.services.database.begin() as session:
        plan = find_own_plan(session, call.person, call.path["plan"])
        plan.share_hash = hashed
        record(session, call.person, "plan.share", plan.id)
        url = f"{call.services.settings.public_url}/#/plans/{plan.id}?share={token}"
    return SharedLink(url=url)


def unshare_plan(call: Call[Nothing, Nothing]) -> None:
    """End a plan's shared link."""
    with call.services.database.begin() as session:
        plan = find_own_plan(session, call.person, call.path["plan"])
        plan.share_hash = None
        record(session, call.person, "plan.unshare", plan.id)


def get_page(call: Call[ShareQuery, Nothing]) -> Packed:
    """Return what a plan's report shows: figures, tables, map."""
    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.path["plan"], share=call.query.share)
    return packed_page(call.services.settings.data, plan)


def compare_plans(call: Call[CompareQuery, Nothing]) -> Comparison:
    """Lay plans side by side: key figures, and the options that differ."""
    names = list(dict.fromkeys(call.query.plans.split(",")))
    with call.services.database.read() as session:
        plans = [find_plan(session, call.person, one, share=call.query.share) for one in names]
        states = [_state(call, session, plan) for plan in plans]
    pages = [read_page(call.services.settings.data, plan) for plan in plans]
    return Comparison(
        plans=states,
        figures=compare_figures(pages),
        last_year=pages[0]["region"]["last_year"],
        changed_options=changed_options(pages),
    )


def list_files(call: Call[ShareQuery, Nothing]) -> list[PlanFile]:
    """List the files of a plan."""
    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.path["plan"], share=call.query.share)
    folder = plan_folder(call.services.settings.data, plan)
    paths = [folder / name for name in FILES]
    tables = sorted((folder / "tables").glob("*.csv"))
    return [
        PlanFile(name=str(path.relative_to(folder)), bytes=path.stat().st_size)
        for path in [*paths, *tables]
        if path.is_file()
    ]


def get_file(call: Call[ShareQuery, Nothing]) -> Response:
    """Download a file of a plan."""
    with call.services.database.read() as session:
        plan = find_plan(session, call.person, call.path["plan"], share=call.query.share)
    folder = plan_folder(call.services.settings.data, plan)
    known = {*FILES, *(f"tables/{path.name}" for path in (folder / "tables").glob("*.csv"))}
    name = call.path["name"]
    path = folder / name
    if name not in known or not path.is_file():
        raise not_found("file of this plan")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": "private, no-cache"}
    if path.suffix == ".html":
        return FileResponse(
            path, media_type=kind, headers={**headers, "Content-Security-Policy": REPORT_POLICY}
        )
    return FileResponse(path, media_type=kind, filename=path.name, headers=headers)


def _check_edits(source: str | Path, edits: dict[str, Any]) -> None:
    """Refuse changes of the region that do not fit it."""
    changes = check_changes(edits, where="edits")
    if edits:
        apply_changes(load_region(source), changes)


def _put_aside(call: Call[Any, Any], *, aside: bool) -> None:
    with call.services.database.begin() as session:
        plan = find_own_plan(session, call.person, call.path["plan"])
        plan.is_removed = aside
        record(session, call.person, "plan.remove" if aside else "plan.restore", plan.id)


def _state(call: Call[Any, Any], session: Session, plan: PlanRecord) -> PlanState:
    return plan_state(session, call.services.settings.data, call.person, plan)


assert PAGE_FILE in OUTPUTS
ENDPOINTS = (
    *REGIONS,
    Endpoint(name="list_options", method="GET", path="/options", may=ANYBODY, tags=TAGS,
             title="What a plan may set", act=list_options, answer=list[OptionState]),
    Endpoint(name="list_plans", method="GET", path="/plans", may=ANYBODY, tags=TAGS,
             title="Plans, newest first", act=list_plans, query=PlanQuery, answer=PlanPage),
    Endpoint(name="draft_plan", method="POST", path="/plans", may=PLANNERS, tags=TAGS,
             title="Make a plan", act=draft_plan, body=PlanDraft, answer=PlanState, status=201),
    Endpoint(name="compare_plans", method="GET", path="/plans/compare", may=ANYBODY, tags=TAGS,
             title="Plans side by side", act=compare_plans, query=CompareQuery,
             answer=Comparison),
    Endpoint(name="get_plan", method="GET", path="/plans/{plan}", may=ANYBODY, tags=TAGS,
             title="A plan", act=get_plan, query=ShareQuery, answer=PlanState),
    Endpoint(name="change_plan", method="PATCH", path="/plans/{plan}", may=PLANNERS, tags=TAGS,
             title="Change a plan's words or audience", act=change_plan, body=PlanChange,
             answer=PlanState),
    Endpoint(name="remove_plan", method="DELETE", path="/plans/{plan}", may=PLANNERS, tags=TAGS,
             title="Put a plan aside", act=remove_plan),
    Endpoint(name="restore_plan", method="POST", path="/plans/{plan}/restore", may=PLANNERS,
             tags=TAGS, title="Take a plan back", act=restore_plan),
    Endpoint(name="share_plan", method="POST", path="/plans/{plan}/share", may=PLANNERS,
             tags=TAGS, title="Make a shared link", act=share_plan, answer=SharedLink),
    Endpoint(name="unshare_plan", method="DELETE", path="/plans/{plan}/share", may=PLANNERS,
             tags=TAGS, title="End a shared link", act=unshare_plan),
    Endpoint(name="get_page", method="GET", path="/plans/{plan}/page", may=ANYBODY, tags=TAGS,
             title="What a plan's report shows", act=get_page, query=ShareQuery, answer=bytes),
    Endpoint(name="list_files", method="GET", path="/plans/{plan}/files", may=ANYBODY,
             tags=TAGS, title="Files of a plan", act=list_files, query=ShareQuery,
             answer=list[PlanFile]),
    Endpoint(name="get_file", method="GET", path="/plans/{plan}/files/{name:path}", may=ANYBODY,
             tags=TAGS, title="Download a file", act=get_file, query=ShareQuery, answer=bytes,
             media_type="application/octet-stream"),
)  # fmt: skip
