"""Start jobs, one at a time, each in a process of its own."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

from sqlalchemy.exc import SQLAlchemyError

from bunyad.web.jobs.claims import beat, claim_job, mend_silent_jobs
from bunyad.web.services import Services

LOOK_S = 0.5
"""Time between two looks for work [s]."""
log = logging.getLogger(__name__)


class Runner:
    """A thread that claims queued jobs and starts their workers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="job-runner")
        self._worker: subprocess.Popen[str] | None = None
        self._job = ""

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; a running worker goes on and finishes its job."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self._look()
            except (SQLAlchemyError, OSError):
                log.exception("looking for jobs failed; trying again")

    def _look(self) -> None:
        """Mend what has fallen silent, then start the next job if none runs here."""
        settings = self._services.settings
        mend_silent_jobs(self._services.database, silence_s=settings.job_silence_s)
        if self._worker is not None and self._worker.poll() is None:
            # A worker takes a while until it gives signs of life itself.
            beat(self._services.database, self._job, owner=settings.worker_name)
            return
        job = claim_job(self._services.database, owner=settings.worker_name)
        if job is None:
            return
        self._job = job
        order = {
            "database_url": settings.database_url,
            "job": job,
            "owner": settings.worker_name,
            "data": str(settings.data),
        }
        self._worker = subprocess.Popen(  # our own module, no words from outside
            [sys.executable, "-m", "bunyad.web.jobs.work"],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._worker.stdin is not None
        self._worker.stdin.write(json.dumps(order) + "\n")
        self._worker.stdin.close()
