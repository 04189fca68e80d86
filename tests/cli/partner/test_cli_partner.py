"""The commands of partners, with what they print and how they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from partner_files import organisations_file
from partner_ventures import SECRETS, Play, running, terms

from bunyad.cli.app import app
from bunyad.errors import InputError

JUDGED = Path(__file__).parent.parent.parent / "partner" / "judged" / "organisations.csv"


def run(*words: object) -> None:
    app(
        [str(word) for word in words],
        exit_on_error=False,
        print_error=False,
        result_action="return_none",
    )


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    (folder / "tables").mkdir(parents=True)
    row = {
        "id": "smart-village-a", "kind": "smart_village", "name": "A", "district": "D", "capacity": 1,
        "unit": "people", "capex_usd": 10000, "opex_usd_per_year": 500, "start": 2027, "finish": 2028,
        "requires": "", "serves": "a", "funding": "public", "provenance": "p", "longitude": 46.5,
        "latitude": 39.5,
    }  # fmt: skip
    with (folder / "projects.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    (folder / "tables" / "smart_systems.csv").write_text(
        "settlement,system,quantity,unit,cost_usd\na,smart water meter,35,meters,3150\n"
        "a,LoRaWAN gateway,2,gateways,2000\n"
    )
    return folder


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def events_file(path: Path, play: Play) -> Path:
    names = ("venture", "index", "kind", "time", "actor", "body")
    return write(path, [{name: getattr(one, name) for name in names} for one in play.events])


def test_a_file_is_checked_and_converted(tmp_path: Path, capsys) -> None:
    run("partner", "organisations", "check", JUDGED)
    assert "48 organisations, 0 contacts" in capsys.readouterr().out
    run("partner", "organisations", "check", JUDGED, "--json")
    assert json.loads(capsys.readouterr().out)["countries"]["AZ"] == 14
    run("partner", "organisations", "convert", JUDGED, tmp_path / "o.xlsx")
    run("partner", "organisations", "check", tmp_path / "o.xlsx")
    run("partner", "organisations", "columns")
    assert "ISO 3166-1" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"End it in \.csv"):
        run("partner", "organisations", "convert", JUDGED, tmp_path / "o.ods")


def test_faulty_rows_refuse_a_file_or_are_left_out_and_told(tmp_path: Path, capsys) -> None:
    (tmp_path / "o.csv").write_bytes(organisations_file(40, 5)[0])
    with pytest.raises(InputError) as caught:
        run("partner", "organisations", "convert", tmp_path / "o.csv", tmp_path / "good.csv")
    assert len(caught.value.faults) >= 5
    assert not (tmp_path / "good.csv").exists()
    run(
        "partner",
        "organisations",
        "convert",
        tmp_path / "o.csv",
        tmp_path / "good.csv",
        "--keep-good",
    )
    told = capsys.readouterr()
    assert "Wrote 35 organisations" in told.out
    assert "Left out: 5 of 40 rows." in told.err
    run("partner", "organisations", "twins", tmp_path / "good.csv", "--json")
    assert isinstance(json.loads(capsys.readouterr().out), list)


def test_a_plan_is_matched_and_a_match_explained(tmp_path: Path, plan: Path, capsys) -> None:
    run("partner", "needs", plan, "--out", tmp_path / "needs.csv")
    assert "metering" in capsys.readouterr().out
    run("partner", "match", JUDGED, plan, "--json", "--per-need", 3, "--out", tmp_path / "m.csv")
    found = [
        one for one in json.loads(capsys.readouterr().out) if one["need"].endswith(".metering")
    ]
    assert [one["organisation"] for one in found] == ["o01", "o02", "o03"]
    (tmp_path / "f.csv").write_text("organisation,need,verdict\no01,smart-village-a.metering,no\n")
    run("partner", "match", JUDGED, plan, "--json", "--feedback", tmp_path / "f.csv")
    assert {"o01"}.isdisjoint(
        one["organisation"] for one in json.loads(capsys.readouterr().out)
        if one["need"] == "smart-village-a.metering"
    )  # fmt: skip
    run(
        "partner",
        "why",
        JUDGED,
        plan,
        "--organisation",
        "o01",
        "--need",
        "smart-village-a.metering",
    )
    told = capsys.readouterr().out
    assert told.startswith("Score 0.")
    assert "It works in the very branch that is asked for" in told
    run("partner", "match", JUDGED, plan)
    assert "needs," in capsys.readouterr().out


def test_wrong_rules_and_feedback_are_told(tmp_path: Path, plan: Path) -> None:
    with pytest.raises(InputError, match="Give one such as weight_text"):
        run("partner", "match", JUDGED, plan, "--rule", "weight_text=much")
    (tmp_path / "f.csv").write_text("organisation,need,verdict\na,b,maybe\na,b,never\n")
    with pytest.raises(InputError) as caught:
        run("partner", "match", JUDGED, plan, "--feedback", tmp_path / "f.csv")
    assert len(caught.value.faults) == 2


def test_a_venture_is_signed_and_checked(tmp_path: Path, capsys) -> None:
    play = Play()
    play.do("drafted", {"terms": terms()})
    events = events_file(tmp_path / "e.json", play)
    keys = write(tmp_path / "secret.json", {"signing_secret": SECRETS["araz"]})
    run("partner", "venture", "sign", events, "--party", "araz", "--keys", keys)
    body = json.loads(capsys.readouterr().out)
    play.do("signed", body, actor="party:araz")
    run("partner", "venture", "check", events_file(tmp_path / "e.json", running()))
    assert "is sound: running, version 1 holds" in capsys.readouterr().out
    run("partner", "venture", "check", tmp_path / "e.json", "--json")
    assert json.loads(capsys.readouterr().out)["stage"] == "running"
    run("partner", "venture", "reminders", tmp_path / "e.json", "--today", "2026-11-25")
    assert "contribution: Capital" in capsys.readouterr().out
    with pytest.raises(InputError, match="no version waits"):
        run("partner", "venture", "sign", tmp_path / "e.json", "--party", "araz", "--keys", keys)
    changed = json.loads((tmp_path / "e.json").read_text())
    changed[0]["body"]["terms"]["title"] = "Another"
    with pytest.raises(InputError, match="rule version"):
        run("partner", "venture", "check", write(tmp_path / "e.json", changed))


def test_money_is_shared_and_shares_are_told(tmp_path: Path, capsys) -> None:
    flow = {"shares": {"araz": "10", "fund": "90"}, "flows_usd": [-100, 148],
            "terms": {"sponsor": "araz"}}  # fmt: skip
    run(
        "partner",
        "venture",
        "waterfall",
        write(tmp_path / "w.json", flow),
        "--json",
        "--out",
        tmp_path / "w.csv",
    )
    assert json.loads(capsys.readouterr().out)["flows_usd"]["araz"] == [-10, 23.44]
    run("partner", "venture", "waterfall", tmp_path / "w.json")
    assert "% a year" in capsys.readouterr().out
    rounds = {"founders": {"a": 600, "b": 400},
              "rounds": [{"name": "seed", "before_usd": 4000000, "invested_usd": {"f": 1000000}}]}  # fmt: skip
    run("partner", "venture", "cap-table", write(tmp_path / "c.json", rounds))
    assert "20.00 %" in capsys.readouterr().out
    for wrong in (
        {},
        [],
        {"founders": []},
        {"founders": {"a": "x"}},
        {"founders": {"a": 1}, "rounds": [1]},
    ):
        with pytest.raises(InputError):
            run("partner", "venture", "cap-table", write(tmp_path / "c.json", wrong))
    for wrong in ({"shares": {"a": 1}}, {"shares": 1, "flows_usd": []}, {**flow, "flows_usd": ["x"]},
                  {**flow, "terms": {"colour": 1}}):  # fmt: skip
        with pytest.raises(InputError):
            run("partner", "venture", "waterfall", write(tmp_path / "w.json", wrong))
