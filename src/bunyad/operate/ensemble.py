"""Several programs of one machine run as one: started in order, watched, and stopped together."""

from __future__ import annotations

import ctypes
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from bunyad.errors import InputError, OutputError

LONGEST_START_S = 120.0
LONGEST_STOP_S = 30.0
BETWEEN_LOOKS_S = 0.2
MOST_ENDS = 3  # of one program in `ENDS_WITHIN_S`, until all are stopped
ENDS_WITHIN_S = 60.0
INPUT_ERROR = 2  # code with which a program refuses what it is told
SETTLING_S = 30.0  # in which it would have refused it
LAST_LINES = 5  # of its log that are told when a program fails
PR_SET_PDEATHSIG = 1  # of Linux' prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    One program.

    Attributes
    ----------
    name
        What people call it; its log is named so.
    arguments
        What stands after `bunyad`, or a function that tells it at each start.
    address
        What answers when it is ready; empty where nobody waits for it.
    is_step
        Whether the next program starts when this one is done.
    speaks
        Whether it writes to the terminal and not to its log.
    """

    name: str
    arguments: tuple[str, ...] | Callable[[], tuple[str, ...]]
    address: str = ""
    is_step: bool = False
    speaks: bool = False


@dataclass(slots=True)
class _Running:
    part: Part
    process: subprocess.Popen[bytes]
    ends: list[float] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)
    is_done: bool = False


class Ensemble:
    """
    Programs that belong together.

    One that fails is started anew; one that fails again and again ends all of them, and the end
    of its log is told. They do not hear the terminal's Ctrl-C themselves: they are stopped in
    turn, the last one first, so that nobody loses the one it talks to.

    Parameters
    ----------
    logs
        Folder of the programs' logs; made where it is not.
    say
        Gets a line about what happens.
    program
        What stands before the arguments of each.
    """

    def __init__(
        self, logs: Path, say: Callable[[str], None], *,
        program: tuple[str, ...] = (sys.executable, "-m", "bunyad"),
    ) -> None:  # fmt: skip
        self._logs = logs
        self._program = program
        self._say = say
        self._running: list[_Running] = []

    def __enter__(self) -> Self:
        """Begin."""
        try:
            self._logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"it cannot be made ({error.strerror})",
                where=str(self._logs), mend="choose another data folder",
            ) from None  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all."""
        self.stop()

    def start(self, part: Part) -> None:
        """
        Start a program and wait until it is ready, or done where it is a step.

        Raises
        ------
        InputError
            If it fails, or is not ready in time.
        """
        running = _Running(part, self._open(part))
        self._running.append(running)
        end = time.monotonic() + LONGEST_START_S
        while True:
            code = running.process.poll()
            if code is not None and (part.is_step or part.address):
                if code == 0 and part.is_step:
                    running.is_done = True
                    return
                raise self._failure(part, code)
            if not part.is_step and (not part.address or _answers(part.address)):
                return
            if time.monotonic() > end and not part.is_step:
                raise InputError(
                    f"it did not answer at {part.address} within {LONGEST_START_S:.0f} s",
                    where=part.name, mend=f"see {self.log_of(part)}",
                )  # fmt: skip
            time.sleep(0.05)

    def watch(self) -> None:
        """
        Start anew what fails, until all are done.

        Raises
        ------
        InputError
            If a program fails again and again.
        """
        while any(not one.is_done for one in self._running):
            for one in self._running:
                code = None if one.is_done else one.process.poll()
                if code is not None:
                    self._ended(one, code)
            time.sleep(BETWEEN_LOOKS_S)

    def stop(self) -> None:
        """Stop what still runs, the last one first."""
        for one in reversed(self._running):
            if one.process.poll() is None:
                one.process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    one.process.wait(LONGEST_STOP_S)
            if one.process.poll() is None:
                one.process.kill()
                one.process.wait()
        self._running.clear()

    def log_of(self, part: Part) -> Path:
        """Return the file of a program's log."""
        return self._logs / f"{part.name}.log"

    def _ended(self, one: _Running, code: int) -> None:
        if code == 0:
            one.is_done = True
            self._say(f"{one.part.name}: done.")
            return
        now = time.monotonic()
        if code == INPUT_ERROR and not one.ends and now - one.begun < SETTLING_S:
            raise self._failure(one.part, code)  # told the same again, it would refuse it again
        one.ends = [*(at for at in one.ends if now - at < ENDS_WITHIN_S), now]
        if len(one.ends) >= MOST_ENDS:
            raise self._failure(one.part, code)
        self._say(f"{one.part.name} ended (code {code}) and is started again.")
        one.process = self._open(one.part)

    def _open(self, part: Part) -> subprocess.Popen[bytes]:
        words = part.arguments() if callable(part.arguments) else part.arguments
        command = [*self._program, *words]
        if part.speaks:
            return subprocess.Popen(  # noqa: S603  (our own words)
                command,
                start_new_session=True,
                preexec_fn=_end_with_us,  # noqa: PLW1509  (one thread starts all)
            )
        with self.log_of(part).open("ab") as log:
            return subprocess.Popen(  # noqa: S603  (likewise)
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_us,  # noqa: PLW1509  (likewise)
            )

    def _failure(self, part: Part, code: int) -> InputError:
        told: Sequence[str] = ()
        with suppress(OSError):
            told = self.log_of(part).read_text("utf-8", "replace").splitlines()[-LAST_LINES:]
        said = "\n".join(told).removesuffix(".") or f"code {code}"
        return InputError(
            f"it does not run:\n{said}", where=part.name, mend=f"see {self.log_of(part)}"
        )


def _end_with_us() -> None:
    """Have the system interrupt a program whose ensemble was killed."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _answers(address: str) -> bool:
    where = urlsplit(address)
    assert where.hostname is not None
    client = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
    try:
        client.request("GET", where.path)
        return client.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()
