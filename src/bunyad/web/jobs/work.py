"""
One job in a process of its own: `python -m bunyad.web.jobs.work`, told by a line on stdin.

A plan takes all processors for a while and much memory; in its own process neither stops the
pages, it outlives a server that is restarted, and it can be ended at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bunyad.errors import BunyadError
from bunyad.plan.run import plan_region
from bunyad.region.changes import check_changes
from bunyad.store.database import Database, open_database
from bunyad.store.models import Job, PlanRecord
from bunyad.web.jobs.claims import beat, end_job, note_stages
from bunyad.web.plans.folders import plan_folder, region_source, start_from_base
from bunyad.web.problems import problem_of

BEAT_S = 1.0
"""Time between two signs of life [s]."""


def main() -> None:
    """Read the order from stdin and do it."""
    order = json.loads(sys.stdin.readline())
    database = open_database(order["database_url"])
    run_job(database, order["job"], owner=order["owner"], data=Path(order["data"]))


def run_job(database: Database, job: str, *, owner: str, data: Path) -> None:
    """
    Make the plan that a job asks for, and write down how it went.

    Parameters
    ----------
    database
        Where the job is.
    job
        Its identifier.
    owner
        Who has claimed it.
    data
        The server's folder.
    """
    pulse = threading.Thread(
        target=_keep_alive, args=(database, job, owner), daemon=True, name="pulse"
    )
    pulse.start()
    with database.read() as session:
        plan = session.get_one(PlanRecord, session.get_one(Job, job).plan_id)
    stages: dict[str, Any] = {}

    def watch(stage: str, event: str) -> None:
        was = stages.get(stage, {})
        stages[stage] = {**was, "state": event, "reused": event == "reuse" or was.get("reused")}
        note_stages(database, job, owner=owner, stages=stages)

    try:
        out = plan_folder(data, plan)
        start_from_base(database, data, plan)
        options = plan.changes.get("options", {})
        changes = check_changes(plan.changes.get("edits", {}), where="edits")
        plan_region(
            region_source(data, plan), out=out, option_layers=(("options", options),),
            changes=changes, watch=watch,
        )  # fmt: skip
    except BunyadError as error:
        body = problem_of(error).body
        faults = [{"where": f.where, "what": f.what, "mend": f.mend} for f in body.faults]
        problem = {"title": body.title, "mend": body.mend, "faults": faults}
        end_job(database, job, owner=owner, state="failed", error=problem)
    except Exception as error:
        title = "The planner stopped by a fault of its own."
        detail = f"{type(error).__name__}: {error}"
        problem = {"title": title, "mend": "Tell the operator of this server.", "detail": detail}
        end_job(database, job, owner=owner, state="failed", error=problem)
        raise
    else:
        end_job(database, job, owner=owner, state="done")


def _keep_alive(database: Database, job: str, owner: str) -> None:
    """Give signs of life; leave at once where the job was taken away or cancelled."""
    waiting = threading.Event()
    while not waiting.wait(BEAT_S):
        with contextlib.suppress(SQLAlchemyError):  # the next sign of life may get through
            if not beat(database, job, owner=owner):
                end_job(database, job, owner=owner, state="cancelled")
                os._exit(0)


if __name__ == "__main__":
    main()
