"""What the pages about partners show is what the commands do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bunyad.cli.app import app
from bunyad.partner.matching import match_rules

DOCS = Path(__file__).parent.parent.parent / "docs"
VENTURE = (DOCS / "how-to/found-a-venture.md").read_text("utf-8")
EXPLANATION = (DOCS / "explanation/partner-matching.md").read_text("utf-8")


def run(*words: str) -> None:
    app(list(words), exit_on_error=False, print_error=False, result_action="return_none")


def blocks(kind: str, text: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("block", blocks("yaml", VENTURE))
def test_examples_of_money_are_read_and_give_what_the_page_shows(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = block.partition("\n")[0].removeprefix("# ")
    Path(name).write_text(block)
    shown = next(one for one in blocks("console", VENTURE) if name in one)
    command, _, output = shown.partition("\n")
    run(*command.removeprefix("$ bunyad ").split())
    told = capsys.readouterr().out
    assert told
    if output:
        assert told == output


def test_the_weights_that_the_page_tells_are_those_of_the_rules() -> None:
    told = dict(re.findall(r"^\| (\w+) \|.*\| (0\.\d\d) \|$", EXPLANATION, re.MULTILINE))
    names = {"offer": "text", "branch": "sector"}
    weights = {names.get(name, name): float(value) for name, value in told.items()}
    assert weights == pytest.approx(match_rules().weights(), abs=5e-3)
