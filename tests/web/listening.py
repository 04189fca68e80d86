"""Servers in a process of their own, for programs that open real addresses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from ports import free_port

START_S = 60


@contextmanager
def serving(data: Path, plan: Path) -> Iterator[str]:
    """Run `bunyad serve` with one plan; return its address once it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "bunyad", "serve", "--data", str(data), "--plan", str(plan),
               "--port", str(port), "--no-jobs"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            reach = httpx.HTTPTransport(retries=8)  # waits 0, 0.5, 1, 2, 4 … s between its tries
            with httpx.Client(transport=reach, timeout=START_S) as client:
                assert client.get(f"{url}/health").text == "well\n"
            yield url
        finally:
            process.terminate()
