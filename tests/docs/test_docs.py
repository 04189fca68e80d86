"""The documentation says what the code does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from unittest.mock import create_autospec

import pytest

import bunyad
from bunyad.plan import Plan

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_reference  # noqa: E402


@pytest.mark.parametrize("name", list(make_reference.pages()))
def test_reference_pages_are_up_to_date(name: str) -> None:
    """Run `python scripts/make_reference.py` when this fails."""
    assert (ROOT / name).read_text("utf-8") == make_reference.pages()[name]()


def test_every_command_is_documented() -> None:
    from bunyad.cli.app import app, region_app

    def names(commands) -> set[str]:
        return {name for name in commands if not name.startswith("-")}

    documented = set(make_reference.COMMANDS)
    assert names(app) <= documented
    assert {f"region {name}" for name in names(region_app)} <= documented


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not link.startswith(("http", "mailto")) and not (page.parent / link).exists()
    ]
    assert not broken


@pytest.mark.region
@pytest.mark.xdist_group("region")
def test_the_python_tutorial_runs(region_plan: Plan, tmp_path: Path, monkeypatch, capsys) -> None:
    text = (ROOT / "docs/tutorial/from-python.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    making = create_autospec(bunyad.plan.make_plan, return_value=region_plan)
    monkeypatch.setattr(bunyad.plan, "make_plan", making)
    scope: dict[str, object] = {}

    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "from-python.md", "exec"), scope)

    making.assert_called_once_with(scope["region"])
    shown = capsys.readouterr().out
    assert "Karabakh and East Zangezur 16,251 km²" in shown
    assert "False" not in shown, "every comparison on the page holds"
    assert (tmp_path / "projects.csv").is_file()
