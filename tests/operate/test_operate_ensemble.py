"""Programs that run as one: started in order, started anew when they fail, stopped together."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from ports import free_port

from bunyad.errors import InputError, OutputError
from bunyad.operate.ensemble import MOST_ENDS, Ensemble, Part

SERVER = """
import http.server, sys, time
time.sleep(0.3)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler) \
.serve_forever()
"""
ASK = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1]))).close()"
NOTE = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')\n"
WAIT = """
import os, sys, time
try:
    open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
    time.sleep(600)
except KeyboardInterrupt:
    pass
"""


class Stage:
    """Starts small programs of Python in an ensemble."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.ensemble = Ensemble(folder, self.said.append, program=(sys.executable, "-c"))

    def start(self, name: str, script: str, *words: str, **options: object) -> None:
        self.ensemble.start(Part(name=name, arguments=(script, *words), **options))  # type: ignore[arg-type]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids(path: Path, count: int) -> list[int]:
    """Wait until so many programs have noted themselves, and return their numbers."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = path.read_text().split() if path.exists() else []
        if len(found) >= count:
            return [int(pid) for pid in found]
        time.sleep(0.02)
    raise AssertionError(f"fewer than {count} programs began")


def test_the_next_program_starts_when_the_one_before_answers(tmp_path: Path) -> None:
    port = free_port()
    stage = Stage(tmp_path / "logs")
    with stage.ensemble:
        stage.start("server", SERVER, str(port), address=f"http://127.0.0.1:{port}/")
        stage.start("asker", ASK, str(port), is_step=True)


def test_a_step_that_fails_tells_the_end_of_its_log_and_all_are_stopped(tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    stage = Stage(tmp_path / "logs")
    with stage.ensemble:
        stage.start("waiting", WAIT, str(noted))
        pids(noted, 1)
        with pytest.raises(InputError, match="no such plan") as refused:
            stage.start("step", "raise SystemExit('no such plan')", is_step=True)
    assert refused.value.faults[0].where == "step"
    assert str(tmp_path / "logs" / "step.log") in refused.value.faults[0].mend
    assert not is_alive(pids(noted, 1)[0])


def test_a_program_that_was_killed_is_started_again(tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    stage = Stage(tmp_path / "logs")
    with stage.ensemble:
        stage.start("waiting", WAIT, str(noted))
        watching = threading.Thread(target=stage.ensemble.watch, daemon=True)
        watching.start()
        first = pids(noted, 1)[0]
        os.kill(first, 9)
        second = pids(noted, 2)[1]
        assert is_alive(second)
        assert not is_alive(first)
        assert stage.said == ["waiting ended (code -9) and is started again."]
        os.kill(second, 2)  # asked to stop, it is done
        watching.join(60)
        assert not watching.is_alive()
        assert stage.said[-1] == "waiting: done."


def test_a_program_that_refuses_what_it_is_told_is_not_asked_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "logs")
    refusing = "import sys; print('no such fault.', file=sys.stderr); sys.exit(2)"
    with stage.ensemble:
        stage.start("refusing", refusing)
        with pytest.raises(InputError, match=r"no such fault\. See"):
            stage.ensemble.watch()
    assert stage.said == []


def test_what_a_program_is_told_may_change_from_start_to_start(tmp_path: Path) -> None:
    noted = tmp_path / "turns"
    turns = iter(range(9))
    stage = Stage(tmp_path / "logs")
    failing = "import sys; open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit(sys.argv[2] == '0')"
    with stage.ensemble:
        told = lambda: (failing, str(noted), str(next(turns)))  # noqa: E731  (as it is given)
        stage.ensemble.start(Part(name="changing", arguments=told))
        stage.ensemble.watch()
    assert noted.read_text() == "01"


def test_logs_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="another data folder"), Stage(tmp_path / "file").ensemble:
        pass


def test_a_program_that_fails_again_and_again_ends_all(tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    stage = Stage(tmp_path / "logs")
    with stage.ensemble:
        stage.start("broken", NOTE + "raise SystemExit('it breaks')", str(noted))
        with pytest.raises(InputError, match="it breaks"):
            stage.ensemble.watch()
    assert len(pids(noted, MOST_ENDS)) == MOST_ENDS


def test_programs_are_stopped_the_last_one_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    noted = tmp_path / "pids"
    script = WAIT + "open(sys.argv[2], 'a').write(sys.argv[3])"
    stage = Stage(tmp_path / "logs")
    with stage.ensemble:
        for count, name in enumerate("abc", start=1):
            stage.start(name, script, str(noted), str(order), name)
            pids(noted, count)
    assert order.read_text() == "cba"


def test_programs_end_with_an_ensemble_that_was_killed(tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    script = f"""
import sys
from pathlib import Path
from bunyad.operate.ensemble import Ensemble, Part
with Ensemble(Path({str(tmp_path)!r}), print, program=(sys.executable, "-c")) as ensemble:
    ensemble.start(Part(name="waiting", arguments=({WAIT!r}, {str(noted)!r})))
    ensemble.watch()
"""
    with subprocess.Popen([sys.executable, "-c", script]) as process:
        (inner,) = pids(noted, 1)
        process.kill()
    end = time.monotonic() + 60
    while is_alive(inner):
        assert time.monotonic() < end
        time.sleep(0.02)
