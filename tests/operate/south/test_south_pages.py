"""Examples on the pages about villages and meters run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_village import small_village

from bunyad.operate.play import FAULTS
from bunyad.operate.south.lorawan import load_codec
from bunyad.operate.south.sources import MqttSource, read_sources

DOCS = Path(__file__).parents[3] / "docs"
METERS = (DOCS / "how-to/connect-meters.md").read_text("utf-8")
VILLAGE = (DOCS / "how-to/bring-a-village-to-life.md").read_text("utf-8")


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", METERS, re.DOTALL))
def test_every_file_of_sources_on_the_page_is_in_order(text: str, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(text)

    sources = read_sources(tmp_path / "sources.yaml")

    for source in sources.sources:
        if isinstance(source, MqttSource) and source.codec:
            assert load_codec(source.codec).fields


def test_the_page_names_every_kind_of_fault() -> None:
    named = set(re.findall(r"`([a-z_]+)`", VILLAGE))

    assert set(FAULTS) <= named


def test_the_python_on_the_page_runs(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    import bunyad.operate.village

    monkeypatch.setattr(
        bunyad.operate.village, "read_village", lambda *_: small_village(), raising=False
    )
    (text,) = re.findall(r"```python\n(.*?)```", VILLAGE, re.DOTALL)

    exec(compile(text, "page", "exec"), {"plan": None, "settlement": "riverton"})

    assert capsys.readouterr().out.count("60 instants of") == 2
