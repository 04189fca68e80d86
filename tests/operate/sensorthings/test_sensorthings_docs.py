"""The how-to page says what the service does."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from starlette.testclient import TestClient

from bunyad.operate.server import make_server

PAGE = Path(__file__).parents[3] / "docs/how-to/use-sensorthings.md"


def test_the_examples_run_and_print_what_they_say(tmp_path, monkeypatch, capsys):
    app = make_server(tmp_path, synchronous="OFF")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    promised = [line.partition("  # ")[2] for block in blocks for line in block.splitlines()
                if line.startswith("print(")]  # fmt: skip

    with TestClient(app) as client:
        monkeypatch.setattr(httpx, "Client", lambda base_url: _based(client, base_url))
        scope: dict[str, object] = {}
        for block in blocks:
            exec(compile(block, PAGE.name, "exec"), scope)

    assert capsys.readouterr().out.splitlines() == promised


def _based(client, base_url):
    client.base_url = base_url
    return client
