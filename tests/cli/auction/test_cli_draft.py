"""`bunyad auction draft` writes a draft in one step, or says what is wrong."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from auction.lots.conftest import RULES, plan_folder
from folders import write_small_folder
from ruamel.yaml import YAML

from bunyad.cli import main

__all__ = ["plan_folder"]


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    YAML().dump(RULES, path)
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_draft_holds_rules_lots_and_rooms(
    plan_folder: Path, rules_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "draft"
    ask = (
        "auction",
        "draft",
        plan_folder,
        "--kinds",
        "solar, wind",
        "--rules",
        rules_file,
        "--out",
        out,
    )

    code, said, _ = run(capsys, *ask, "--title", "First", "--json")

    draft = YAML(typ="safe").load(out / "auction.yaml")
    assert code == 0
    assert [lot["id"] for lot in json.loads(said)["lots"]] == [lot["id"] for lot in draft["lots"]]
    assert draft["title"] == "First"
    assert draft["rules"]["id"] == "small-2026"
    for lot in draft["lots"]:
        for file in lot["files"]:
            content = (out / "data-rooms" / lot["id"] / file["name"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert not list(tmp_path.glob(".draft*"))

    code, _, complaint = run(capsys, *ask)
    assert code == 2
    assert "it is there already" in complaint


def test_people_read_a_line_a_lot_and_options_count(
    plan_folder: Path, rules_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("auction", "draft", plan_folder, "--kinds", "solar,storage", "--rules", rules_file)

    _, plain, _ = run(capsys, *ask, "--out", tmp_path / "a")
    _, dear, _ = run(capsys, *ask, "--out", tmp_path / "b", "-o", "auction.equity_return=0.2")

    assert "no ceiling is suggested" in plain
    assert "suggested ceiling" in plain
    assert plain.splitlines()[0] != dear.splitlines()[0]


def test_terrain_must_be_that_of_the_plan(
    plan_folder: Path, rules_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = write_small_folder(tmp_path / "region")
    ask = (
        "auction",
        "draft",
        plan_folder,
        "--kinds",
        "solar",
        "--rules",
        rules_file,
        "--region",
        region,
    )

    code, _, complaint = run(capsys, *ask, "--out", tmp_path / "a")

    assert code == 2
    assert "the plan was made from other heights" in complaint
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kinds", "sun"), "'sun' is no kind"),
        ((), "the plan has no project of no kind"),
        (("--site", "x"), "'x' is no site"),
        (("--site", "x=1"), "the plan knows no such site"),
        (("--kinds", "solar", "--per-usd", "much"), "'much' is no number"),
        (("--kinds", "solar", "-o", "auction.tax_rate=2"), "auction.tax_rate is"),
    ],
)
def test_faults_are_told(
    plan_folder: Path, rules_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:  # fmt: skip
    code, _, complaint = run(
        capsys,
        "auction",
        "draft",
        plan_folder,
        "--rules",
        rules_file,
        "--out",
        tmp_path / "draft",
        *words,
    )

    assert code == 2
    assert says in complaint
    assert not (tmp_path / "draft").exists()


def test_faults_of_rules_are_told_field_by_field(
    plan_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.yaml"
    YAML().dump({**RULES, "id": "Big!", "more": 1}, path)

    code, _, complaint = run(
        capsys,
        "auction",
        "draft",
        plan_folder,
        "--kinds",
        "solar",
        "--rules",
        path,
        "--out",
        tmp_path / "x",
    )

    assert code == 2
    assert "rules.yaml: id" in complaint
    assert "rules.yaml: more" in complaint
