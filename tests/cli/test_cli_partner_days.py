"""Forum, exchange and courses at the command line, by the examples of the manual."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import bunyad.cli  # noqa: F401  (registers the commands)
from bunyad.cli.app import app
from bunyad.errors import BunyadError

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def _page(name: str, file: str, folder: Path) -> str:
    """Write the first YAML document of a page of the manual; return the page."""
    text = (HOW_TO / name).read_text("utf-8")
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    (folder / file).write_text(block[1], "utf-8")
    return text


def _run(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code, fault = 0, ""
    words = shlex.split(line)[1:]
    try:
        app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except BunyadError as error:
        code, fault = 2, str(error)
    told = capsys.readouterr()
    return code, told.out, told.err + fault


def _play(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the commands of a page and compare what they print."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            if "…" in shown or "(exit" in shown:
                shown = ""
                _run(line, capsys)
                continue
            code, out, err = _run(line, capsys)
            assert (code, out) == (0, shown.rstrip("\n") + "\n" if shown.strip() else out), err


def test_the_page_of_forums_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    _play(_page("hold-a-forum.md", "forum.yaml", tmp_path), capsys)

    assert (tmp_path / "badges.pdf").read_bytes()[:5] == b"%PDF-"
    assert b"SUMMARY:Cloud Co" in (tmp_path / "agency.ics").read_bytes()


def test_the_page_of_exchanges_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    _play(_page("match-an-exchange.md", "exchange.yaml", tmp_path), capsys)

    placed = json.loads((tmp_path / "matching.json").read_text("utf-8"))
    placed["placed"] = {"su": "lahore-lab"}
    (tmp_path / "wrong.json").write_text(json.dumps(placed))
    code, out, err = _run("bunyad partner exchange check exchange.yaml wrong.json", capsys)
    assert code == 2
    assert "ay and baku-hub would rather have one another" in out
    assert "blocking pairs" in err


def test_the_page_of_courses_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _page("teach-courses.md", "courses.yaml", tmp_path)
    (tmp_path / "my-plan" / "tables").mkdir(parents=True)
    (tmp_path / "my-plan/tables/population_path.csv").write_text(
        "settlement,year,people\naghali,2028,1493\n"
    )
    code, out, _ = _run(
        "bunyad partner courses plan courses.yaml --plan my-plan --year 2028", capsys
    )
    assert code == 0
    assert "32 of 32 pupils are taught; no week teaches more than 32" in out

    _, key, _ = _run("bunyad partner courses key --out key.json", capsys)
    (tmp_path / "issuers.json").write_text(json.dumps({key.strip(): "School of Ağalı"}))
    (tmp_path / "certificate.json").write_text(
        json.dumps({"id": "2027-1", "holder": "Aygün", "course": "Coding", "lessons": 34,
                    "issuer": "School of Ağalı", "issued": "2027-05-31"})
    )  # fmt: skip
    issue = (
        "bunyad partner courses issue certificate.json --key key.json --out signed.json --pdf s.pdf"
    )
    assert _run(issue, capsys)[0] == 0
    verify = "bunyad partner courses verify signed.json --issuers issuers.json"
    assert _run(verify, capsys) == (0, "signed.json: list unknown\n", "")
    revoke = (
        "bunyad partner courses revoke 2027-1 --key key.json --as-of 2027-06-01 --out revoked.json"
    )
    assert _run(revoke, capsys)[0] == 0
    code, out, _ = _run(f"{verify} --revocations revoked.json", capsys)
    assert (code, out) == (2, "signed.json: revoked\n")


def test_meetings_of_cs_plib_are_scheduled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "two.txt"
    file.write_text("2 1 2\n0: 1 1\n0: 0 2\n1: 2 0\n")

    told = _run(f"bunyad partner forum meetings {file}", capsys)[1]
    assert told.startswith("two.txt: infeasible in 2 slots; fewest slots 4 (optimal)\n  starts ")
    (values,) = json.loads(_run(f"bunyad partner forum meetings {file} --json", capsys)[1])
    assert values["feasible"] is False


@pytest.mark.parametrize(
    "line",
    [
        "bunyad partner forum plan missing.yaml",
        "bunyad partner forum meetings missing.txt",
        "bunyad partner exchange match missing.txt",
        "bunyad partner courses plan missing.yaml",
        "bunyad partner courses verify missing.json --issuers missing.json",
    ],
)
def test_missing_files_are_told_without_a_traceback(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = _run(line, capsys)

    assert code == 2
    assert "missing" in err
    assert "Traceback" not in err
