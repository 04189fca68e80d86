"""A JSON-LD context is kept where nothing may be fetched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import bunyad.cli  # noqa: F401  (registers the commands)
from bunyad.cli.app import app
from bunyad.errors import InputError
from bunyad.operate.broker.contexts import Documents

ADDRESS = "https://models.example/context.jsonld"


def test_a_kept_context_is_known_to_the_server(tmp_path: Path, capsys) -> None:
    file = tmp_path / "context.jsonld"
    file.write_text('{"@context": {"Lamp": "https://models.example/Lamp"}}')

    app(["operate", "context", ADDRESS, str(file), "--data", str(tmp_path)], result_action="return_value")  # fmt: skip

    assert ADDRESS in capsys.readouterr().err
    known = asyncio.run(Documents(tmp_path / "contexts").document(ADDRESS))
    assert known == {"@context": {"Lamp": "https://models.example/Lamp"}}


@pytest.mark.parametrize(
    ("address", "content", "said"),
    [
        (ADDRESS, "{", "is no JSON"),
        (ADDRESS, "{}", "has no @context"),
        (ADDRESS, None, "No such file"),
        ("models.example", "{}", "is no address"),
    ],
)
def test_what_is_no_context_is_told(
    address: str, content: str | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "context.jsonld"
    if content is not None:
        file.write_text(content)
    words = ["operate", "context", address, str(file), "--data", str(tmp_path)]

    with pytest.raises(InputError, match=said):
        app(words, result_action="return_value", exit_on_error=False)

    assert not (tmp_path / "contexts").exists()
