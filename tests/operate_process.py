"""Runs `bunyad operate serve` as a process of its own, on a free port."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ports import free_port

LONGEST_START_S = 60.0


class ServerProcess:
    """The server of live data, started by the command that people use."""

    def __init__(self, data: Path, *options: str, env: Sequence[tuple[str, str]] = ()) -> None:
        self.port = free_port()
        self.data = data
        command = [sys.executable, "-m", "bunyad", "operate", "serve", "--data", str(data),
                   "--port", str(self.port), *options]  # fmt: skip
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, **dict(env)},
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + LONGEST_START_S
        while time.monotonic() < end:
            if self._process.poll() is not None:
                assert self._process.stderr is not None
                raise AssertionError(self._process.stderr.read().decode())
            try:
                if self.ask("GET", "/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the server does not answer")

    @property
    def pid(self) -> int:
        return self._process.pid

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        client = self.client()
        try:
            told = {"Content-Type": "application/json"} if body is not None else {}
            client.request(method, path, body, {**told, **headers})
            answer = client.getresponse()
            return answer.status, answer.read()
        finally:
            client.close()

    def kill(self) -> None:
        """End it as a power cut would: no goodbye."""
        self._process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._end()

    def _end(self) -> None:
        self._process.wait(30)
        if self._process.stderr is not None:
            self._process.stderr.close()
