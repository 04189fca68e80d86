"""Requests about runs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bunyad.client.asking import Asking
from bunyad.web.plans.bodies import JobState

RUNNING = frozenset({"queued", "running"})
DATA = "data:"


class Jobs(Asking):
    """Runs, live."""

    def get_job(self, job: str) -> JobState:
        """Return how a run stands."""
        return self._get(JobState, "jobs", job)

    def follow_job(self, job: str) -> Iterator[JobState]:
        """Go through a run's states as they change, until it ends."""
        is_running = True
        while is_running:  # a stream ends after some minutes, and goes on in the next
            with self._stream("jobs", job, "events") as answer:
                for line in answer.iter_lines():
                    if line.startswith(DATA):
                        state = msgspec.json.decode(line[len(DATA) :], type=JobState)
                        is_running = state.state in RUNNING
                        yield state

    def stop_job(self, job: str) -> None:
        """Cancel a run."""
        self._tell("POST", "jobs", job, "cancel")

    def start_job_again(self, job: str) -> JobState:
        """Queue a run again that failed, was cancelled or broke."""
        return self._do(JobState, "POST", "jobs", job, "again")
