"""
A process for questions that take a processor for seconds, so that no page waits for them.

It keeps the regions that were asked last, ready for the next question.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import threading
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from bunyad.errors import BunyadError
from bunyad.web.problems import Problem, ProblemBody, problem_of

PATIENCE_S = 60.0
"""Time after which a question is given up and its process ended [s]."""


class Worker:
    """A process that answers one question at a time; it starts with the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, act: str, *values: Any, patience_s: float = PATIENCE_S) -> Any:
        """
        Return what a function gives, worked out in the process.

        Parameters
        ----------
        act
            The function, as `module:name`; the server itself need not import it.
        values
            What it takes.
        patience_s
            Longest time to wait, for questions before this one and for its answer [s].

        Raises
        ------
        Problem
            As the function's own errors tell; 503 where there is no answer in time.
        """
        if not self._lock.acquire(timeout=patience_s):
            raise _too_slow()
        try:
            pipe = self._running()
            try:
                pipe.send((act, values))
                if not pipe.poll(patience_s):
                    self._end()
                    raise _too_slow()
                kind, value = pipe.recv()
            except (EOFError, OSError):
                self._end()
                raise RuntimeError("the process for questions has died") from None
        finally:
            self._lock.release()
        if kind == "problem":
            raise _problem(value)
        if kind == "fault":
            raise RuntimeError(value)
        return value

    def stop(self) -> None:
        """End the process, if it runs."""
        with self._lock:
            self._end()

    def _running(self) -> Connection:
        if self._process is None or self._pipe is None or not self._process.is_alive():
            self._end()
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_work, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None


def _work(pipe: Connection) -> None:
    """Answer questions until nobody asks any more."""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            act, values = pipe.recv()
            pipe.send(_answer(act, values))


def _answer(act: str, values: tuple[Any, ...]) -> tuple[str, Any]:
    """Work an answer out, or tell what stands against it."""
    module, _, name = act.partition(":")
    try:
        return "good", getattr(importlib.import_module(module), name)(*values)
    except Problem as problem:
        return "problem", problem.body
    except BunyadError as error:
        return "problem", problem_of(error).body
    except Exception as error:  # noqa: BLE001  # told to the one who asked, and raised there
        return "fault", f"{type(error).__name__}: {error}"


def _problem(body: ProblemBody) -> Problem:
    return Problem(
        body.status, body.type.rpartition("/")[2], body.title, mend=body.mend, faults=body.faults
    )


def _too_slow() -> Problem:
    return Problem(
        503, "too-slow", "The answer takes too long.",
        mend="Ask for a shorter route, or try again in a minute.",
    )  # fmt: skip


WORKER = Worker()
