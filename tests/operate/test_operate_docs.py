"""The page on live data says what the server does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from operate_process import ServerProcess

from bunyad.operate.guard import read_tokens

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keep-live-data.md"


def test_the_page_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text("utf-8")
    server = ServerProcess(tmp_path)
    scope: dict[str, Any] = {}
    try:
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            exec(compile(block.replace(":1026", f":{server.port}"), PAGE.name, "exec"), scope)
    finally:
        server.stop()

    assert capsys.readouterr().out.split() == ["41.5", "0.4", "WTT", "Streetlight"]


def test_the_tokens_of_the_page_are_read(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "tokens.yaml"
    file.write_text(block, "utf-8")

    assert [token.role for token in read_tokens(file).values()] == ["device", "writer"]
