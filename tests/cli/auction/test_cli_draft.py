"""`bunyad auction draft` writes a draft in one step, or says what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from folders import write_small_folder
from lot_plans import RULES, write_auctioned_plan
from ruamel.yaml import YAML

from bunyad.cli.app import app
from bunyad.errors import InputError, OutputError


@pytest.fixture(scope="module")
def plan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_auctioned_plan(tmp_path_factory.mktemp("plans") / "plan-small")


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    YAML().dump(RULES, path)
    return path


def run(*words: object) -> None:
    """Run the command in this process."""
    command, bound, _ = app.parse_args([str(word) for word in words], exit_on_error=False)
    command(*bound.args, **bound.kwargs)


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

    run(*ask, "--title", "First", "--json")

    said = capsys.readouterr().out
    draft = YAML(typ="safe").load(out / "auction.yaml")
    assert [lot["id"] for lot in json.loads(said)["lots"]] == [lot["id"] for lot in draft["lots"]]
    assert draft["title"] == "First"
    assert draft["rules"]["id"] == "small-2026"
    for lot in draft["lots"]:
        for file in lot["files"]:
            content = (out / "data-rooms" / lot["id"] / file["name"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert not list(tmp_path.glob(".draft*"))

    with pytest.raises(InputError, match="it is there already"):
        run(*ask)


def test_people_read_a_line_a_lot_and_options_count(
    plan_folder: Path, rules_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("auction", "draft", plan_folder, "--kinds", "solar,storage", "--rules", rules_file)

    run(*ask, "--out", tmp_path / "a")
    plain = capsys.readouterr().out
    run(*ask, "--out", tmp_path / "b", "-o", "auction.equity_return=0.2")
    dear = capsys.readouterr().out

    assert "no ceiling is suggested" in plain
    assert "suggested ceiling" in plain
    assert plain.splitlines()[0] != dear.splitlines()[0]


def test_terrain_must_be_that_of_the_plan(
    plan_folder: Path, rules_file: Path, tmp_path: Path
) -> None:
    region = write_small_folder(tmp_path / "region")
    out = tmp_path / "draft"
    ask = ("auction", "draft", plan_folder, "--rules", rules_file, "--kinds", "solar", "--out", out)

    with pytest.raises(InputError, match="the plan was made from other heights"):
        run(*ask, "--region", region)
    assert not out.exists()

    own = Path(shutil.copytree(plan_folder, tmp_path / "plan"))
    heights = hashlib.sha256((region / "elevation.tif").read_bytes()).hexdigest()
    known = json.loads((own / "provenance.json").read_text())
    (own / "provenance.json").write_text(
        json.dumps({**known, "inputs": {"elevation.tif": heights}})
    )
    run(*ask[:2], own, *ask[3:], "--region", region)
    assert (out / "data-rooms" / "solar-lowland-1" / "terrain.tif").exists()


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
    plan_folder: Path, rules_file: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    out = tmp_path / "draft"

    with pytest.raises(InputError, match=re.escape(says)):
        run("auction", "draft", plan_folder, "--rules", rules_file, "--out", out, *words)

    assert not out.exists()


def test_faults_of_rules_are_told_field_by_field(plan_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    YAML().dump({**RULES, "id": "Big!", "more": 1}, path)

    with pytest.raises(InputError) as refused:
        run(
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

    where = [re.sub(r":\d+:", ":", fault.where) for fault in refused.value.faults]
    assert where == [f"{path}: id", f"{path}: more"]


def test_a_place_that_cannot_be_written_is_told(
    plan_folder: Path, rules_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="it cannot be written"):
        run(
            "auction", "draft", plan_folder, "--kinds", "solar", "--rules", rules_file,
            "--out", tmp_path / "file" / "draft",
        )  # fmt: skip
