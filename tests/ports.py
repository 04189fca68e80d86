"""Ports of this machine, and an MQTT broker at one of them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket
from typing import Any

import pytest


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[Any], *, seconds: float = 60) -> None:
    """Wait until somebody listens, or fail with what the process said."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended with {process.returncode}"
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("nobody listens")


@contextmanager
def running_mosquitto(folder: Path) -> Iterator[int]:
    """Run an MQTT broker on a free port of this machine."""
    port = free_port()
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed: scripts/need_mosquitto.sh says how")
    settings = folder / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n"
        "log_dest topic\nlog_type subscribe\nlog_type unsubscribe\n"
    )
    process = subprocess.Popen(
        [program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)
