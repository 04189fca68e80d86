"""The command line: quick help, plain messages, honest exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    "",
    "plan",
    "region",
    "region check",
    "region fetch",
    "region import-climate",
    "region list",
    "region schema",
    "connect",
    "connect steiner",
    "route",
    "options",
]


def _run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "bunyad", *words]
    return subprocess.run(call, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_answers_in_half_a_second(command: str) -> None:
    """Counted in processor time, the best of three: other work on the machine does not matter."""
    seconds = []
    while len(seconds) < 3 and min(seconds, default=1.0) >= 0.5:
        before = os.times()
        done = _run(*command.split(), "--help")
        after = os.times()
        assert done.returncode == 0
        assert "Usage: bunyad" in done.stdout
        spent = after.children_user + after.children_system
        seconds.append(spent - before.children_user - before.children_system)
    assert min(seconds) < 0.5


@pytest.mark.parametrize("command", COMMANDS)
def test_help_imports_nothing_heavy(command: str) -> None:
    code = (
        "import sys, contextlib, io\n"
        "from bunyad.cli.app import app\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    app({[*command.split(), '--help']!r}, exit_on_error=False, result_action='return_value')\n"
        "print(sorted({'numpy', 'pandas', 'geopandas', 'pypsa', 'pvlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["plan"], "requires an argument"),
        (["plan", "karabagh"], "Did you mean karabakh? Give the path of a region folder or a built-in name: karabakh"),
        (["plan", "karabakh", "-o", "potential.no_such=1"], "there is no option 'potential.no_such'"),
        (["plan", "karabakh", "-o", "nonsense"], "write room.name=value".capitalize()),
        (["plan", "karabakh", "-o", "settle.household_size=-1"], "settle.household_size is '-1'. Give a value"),
        (["plan", "karabakh", "--options-file", "no.yaml"], "no.yaml: the file cannot be read"),
        (["plan", "karabakh", "--bogus"], "Unknown option"),
        (["region", "check", "no-such-folder"], "there is no region 'no-such-folder'"),
        (["options", "kitchen"], "Give one of finance, potential, settle"),
        (["dig"], "Unknown command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_the_user_got_wrong_is_named_with_exit_code_2(
    words: list[str], message: str, tmp_path: Path
) -> None:
    done = _run(*words, cwd=tmp_path)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
    assert not list(tmp_path.iterdir()), "nothing is written"


def test_an_options_file_is_read_and_its_faults_are_named(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text("settle.household_size: many\nsettle.hats: 2\n")

    done = _run("plan", "karabakh", "--options-file", str(file), cwd=tmp_path)

    assert done.returncode == 2
    assert f"{file}: settle.household_size is 'many'" in done.stderr
    assert "there is no option 'settle.hats'" in done.stderr


def test_a_region_check_tells_what_is_modelled_and_what_is_missing(small_folder: Path) -> None:
    done = _run("region", "check", str(small_folder))

    assert done.returncode == 0
    assert "Modelled:\n  wind_speed: wind_speed.tif" in done.stdout
    assert "Missing:\n  protected" in done.stdout


def test_a_region_check_speaks_json(small_folder: Path) -> None:
    done = _run("region", "check", str(small_folder), "--json")

    assert json.loads(done.stdout)["counts"]["settlements"] == 6


def test_options_are_listed_with_units_and_sources() -> None:
    rows = json.loads(_run("options", "--json").stdout)

    assert len(rows) > 50
    assert all(row["source"] and row["unit"] for row in rows)
    assert "settle.household_size = " in _run("options", "settle").stdout


def test_a_place_on_the_ridge_is_told_why_no_plant_may_stand_there(small_folder: Path) -> None:
    done = _run("why", str(small_folder), "45.05", "39.73")

    assert done.returncode == 0, done.stderr
    solar, wind = done.stdout.splitlines()
    assert solar.startswith("solar: slope ")
    assert "limit 10 %" in solar
    assert wind.startswith("wind: ")


def test_regions_are_listed() -> None:
    assert _run("region", "list").stdout == "karabakh: Karabakh and East Zangezur\n"


def test_the_schema_is_printed() -> None:
    schema = json.loads(_run("region", "schema").stdout)

    assert schema["properties"]["horizon"]


@pytest.mark.xdist_group("small-plan")
def test_planning_from_the_command_line_writes_the_folder_and_says_where(
    commanded_plan: subprocess.CompletedProcess[str], small_original: Path
) -> None:
    first, folder = commanded_plan, commanded_plan.args[-1]
    second = _run("plan", str(small_original), "--json", cwd=folder.parent)

    assert (folder / "report.html").is_file()
    assert first.returncode == 0, first.stderr
    assert "The plan is in plan-small" in first.stdout
    assert "Connect: how places are joined" in first.stderr
    assert json.loads(second.stdout)["was_current"] is True
    assert json.loads(second.stdout)["seconds"] < 2


@pytest.mark.xdist_group("small-plan")
def test_an_energy_system_without_an_answer_names_the_rules_that_clash(
    small_folder: Path, tmp_path: Path
) -> None:
    table = small_folder / "interconnectors.csv"
    table.write_text(table.read_text().replace("60.0", "0.0"))

    done = _run(
        "plan", str(small_folder), "-o", "potential.solar_max_slope_percent=0",
        "-o", "potential.wind_max_slope_percent=0", cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 2, done.stderr
    assert "Rules that clash" in done.stderr
    assert not (tmp_path / "plan-small").exists()


@pytest.mark.xdist_group("small-plan")
def test_ctrl_c_in_the_middle_ends_with_130_and_leaves_nothing_behind(
    small_folder: Path, tmp_path: Path
) -> None:
    call = [sys.executable, "-u", "-m", "bunyad", "plan", str(small_folder)]
    with subprocess.Popen(
        call, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith("Connect"):
                break
        os.kill(process.pid, signal.SIGINT)
        shown = process.stderr.read()

    assert process.returncode == 130
    assert "Stopped" in shown
    assert "Traceback" not in shown
    assert [path.name for path in tmp_path.iterdir()] == ["small"]
