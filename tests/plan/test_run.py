"""A plan folder is made whole or not at all, and only what has changed runs again."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from bunyad.errors import BunyadError, InfeasibleError, InputError, OutputError
from bunyad.plan import run as runner
from bunyad.plan.run import OUTPUTS, plan_region
from bunyad.region.changes import Changes, check_changes

pytestmark = pytest.mark.xdist_group("small-plan")


DEARER = ("here", {"programme.private_budget_usd_per_year": 9e8})
"""Runs the programme and what comes after it, which takes a moment."""


@pytest.fixture
def copied(small_plan: Path, tmp_path: Path) -> Path:
    """The finished plan in a folder that a test may change."""
    return Path(shutil.copytree(small_plan, tmp_path / "plan"))


def _content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _neighbours(folder: Path) -> list[str]:
    return [path.name for path in folder.parent.iterdir() if path.name.startswith(".")]


def _assert_same_outputs(one: Path, other: Path) -> None:
    for name in OUTPUTS:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_the_plan_folder_has_every_file(small_plan: Path) -> None:
    for name in (*OUTPUTS, "provenance.json"):
        assert (small_plan / name).stat().st_size > 100, name
    assert list((small_plan / "tables").glob("*.csv"))


def test_with_nothing_changed_nothing_is_run(copied: Path, small_original: Path) -> None:
    before = _content(copied)
    watched: list[str] = []

    run = plan_region(small_original, out=copied, watch=lambda stage, event: watched.append(stage))

    assert run.was_current
    assert not watched
    assert run.seconds < 2
    assert _content(copied) == before


def test_changed_prices_run_only_the_stages_after_them(copied: Path, small_original: Path) -> None:
    ran: list[str] = []
    prices = {
        "energy.export_price_usd_per_mwh": 20,
        "energy.import_price_usd_per_mwh": 91,
    }

    run = plan_region(
        small_original,
        out=copied,
        option_layers=(("--option", prices),),
        watch=lambda stage, event: ran.append(stage) if event == "run" else None,
    )

    assert run.reused == ("potential", "settle", "connect")
    assert ran == ["region", "energy", "programme", "report"]
    provenance = json.loads((copied / "provenance.json").read_text())
    assert provenance["options"]["energy"]["export_price_usd_per_mwh"] == 20
    assert provenance["options"]["energy"]["import_price_usd_per_mwh"] == 91


def test_reused_stages_give_the_same_plan_as_fresh_ones(
    copied: Path, small_plan: Path, small_original: Path
) -> None:
    """The plan is changed and changed back; all that was fresh once is reused then."""
    plan_region(small_original, out=copied, option_layers=(DEARER,))
    assert (copied / "report.json").read_bytes() != (small_plan / "report.json").read_bytes()

    back = plan_region(small_original, out=copied)

    assert back.reused == ("potential", "settle", "connect", "energy")
    _assert_same_outputs(copied, small_plan)


def test_two_fresh_plans_are_the_same_bytes_apart_from_times(
    small_plan: Path, commanded_plan: subprocess.CompletedProcess[str]
) -> None:
    """Of two processes, which order sets and dictionaries of texts each in its own way."""
    again = commanded_plan.args[-1]

    _assert_same_outputs(again, small_plan)
    one, two = (json.loads((f / "provenance.json").read_text()) for f in (small_plan, again))
    one.pop("times")
    two.pop("times")
    assert json.dumps(one) == json.dumps(two)


def test_a_changed_output_is_made_again(copied: Path, small_original: Path) -> None:
    good = (copied / "projects.csv").read_bytes()
    (copied / "projects.csv").write_text("spoiled")

    run = plan_region(small_original, out=copied)

    assert not run.was_current
    assert (copied / "projects.csv").read_bytes() == good


def test_a_damaged_stage_store_is_made_again(copied: Path, small_original: Path) -> None:
    (copied / "projects.csv").unlink()
    for path in (copied / ".stages" / "settle").iterdir():
        path.write_bytes(b"spoiled")

    run = plan_region(small_original, out=copied)

    assert "settle" not in run.reused
    assert (copied / "projects.csv").is_file()


def _fail_with(error: BaseException):
    def fail(*_args: object, **_named: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OutputError),
        (OSError(errno.EROFS, "Read-only file system"), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (InfeasibleError("no", clashing=["a"], mend="b"), InfeasibleError),
        (RuntimeError("a bug of ours"), RuntimeError),
    ],
    ids=["full disk", "read-only disk", "Ctrl-C", "infeasible", "bug"],
)
def test_whatever_goes_wrong_leaves_the_last_good_plan_untouched(
    error: BaseException,
    expected: type[BaseException],
    copied: Path,
    small_original: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = _content(copied)
    monkeypatch.setattr("bunyad.report.write_plan_files", _fail_with(error))

    with pytest.raises(expected):
        plan_region(small_original, out=copied, option_layers=(DEARER,))

    assert _content(copied) == before
    assert not _neighbours(copied), "no working folder is left behind"


def test_a_nearly_full_disk_is_named_before_anything_is_run(
    small_original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr(runner.shutil, "disk_usage", lambda _path: usage)

    with pytest.raises(OutputError, match=r"the disk has 5 MB left\. Free 200 MB"):
        plan_region(small_original, out=tmp_path / "plan")

    assert not (tmp_path / "plan").exists()


def test_a_folder_that_holds_something_else_is_never_replaced(
    small_original: Path, tmp_path: Path
) -> None:
    (tmp_path / "letters.txt").write_text("dear")

    with pytest.raises(InputError, match="the folder holds files but no plan"):
        plan_region(small_original, out=tmp_path)


def test_a_file_in_the_way_is_named(small_original: Path, tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("hello")

    with pytest.raises(InputError, match="it is a file"):
        plan_region(small_original, out=tmp_path / "plan")


def test_what_people_put_into_the_folder_stays(copied: Path, small_original: Path) -> None:
    (copied / "notes.txt").write_text("ask the minister")
    (copied / "pictures").mkdir()
    (copied / "pictures" / "a.txt").write_text("a")

    plan_region(small_original, out=copied, option_layers=(DEARER,))

    assert (copied / "notes.txt").read_text() == "ask the minister"
    assert (copied / "pictures" / "a.txt").read_text() == "a"


def test_leftovers_of_a_killed_run_are_cleared_and_its_last_good_plan_comes_back(
    copied: Path, small_original: Path
) -> None:
    dead = 2**22 + 1
    copied.rename(copied.with_name(f".plan.replaced-{dead}"))
    copied.with_name(f".plan.partial-{dead}").mkdir()

    run = plan_region(small_original, out=copied)

    assert run.was_current, "the plan that the killed run had moved away is put back"
    assert not _neighbours(copied)


def test_a_region_that_became_wrong_leaves_the_plan_untouched(
    copied: Path, small_folder: Path
) -> None:
    before = _content(copied)
    path = small_folder / "population.csv"
    path.write_text(path.read_text().replace("8000", "-8000"))

    with pytest.raises(BunyadError, match="people"):
        plan_region(small_folder, out=copied)

    assert _content(copied) == before


def test_the_scheduler_changes_nothing_of_a_plan(copied: Path, small_original: Path) -> None:
    run = plan_region(small_original, out=copied, scheduler="processes")

    assert run.was_current, "it is no part of what a plan is made from"


def test_an_unknown_scheduler_is_refused_before_anything_is_done(
    small_original: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="there is no scheduler 'cloud'"):
        plan_region(small_original, out=tmp_path / "plan", scheduler="cloud")

    assert not (tmp_path / "plan").exists()


def closed(why: str = "") -> Changes:
    polygon = {"type": "Polygon", "coordinates": [[
        [45.24, 39.78], [45.245, 39.78], [45.245, 39.85], [45.24, 39.85], [45.24, 39.78],
    ]]}  # fmt: skip
    area = {"kinds": ["road"], "polygon": polygon, "why": why}
    return check_changes({"forbidden": [area]}, where="changes")


@pytest.mark.no_cover  # it runs what the plan above has run, and twice
def test_closed_land_leaves_what_it_does_not_touch_and_its_reason_changes_nothing(
    copied: Path, small_plan: Path, small_original: Path
) -> None:
    run = plan_region(small_original, out=copied, changes=closed("a graveyard"))
    assert run.reused == ("potential", "settle")
    provenance = json.loads((copied / "provenance.json").read_text("utf-8"))
    assert provenance["changes"]["forbidden"][0]["why"] == "a graveyard"

    assert plan_region(small_original, out=copied, changes=closed("another reason")).was_current

    back = plan_region(small_original, out=copied)
    assert back.reused == ("potential", "settle")
    _assert_same_outputs(copied, small_plan)
