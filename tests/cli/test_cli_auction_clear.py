"""`bunyad auction rules …` and `bunyad auction clear`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bunyad.auction.rules.reading import rules_text
from bunyad.cli.auction.clear import clear_bids
from bunyad.cli.auction.rules import check, list_rules, schema, show_rules, tell_rules
from bunyad.errors import InputError, OutputError

BIDS = "id,bidder,price,quantity\na,Ayana,2.54,300\nb,Azure,2.55,350\nc,ReNew,2.56,10\n"


@pytest.fixture
def bids(tmp_path: Path) -> Path:
    path = tmp_path / "bids.csv"
    path.write_text(BIDS, "utf-8")
    return path


def test_the_ready_made_rules_are_listed_and_shown(capsys):
    list_rules()
    assert "india-seci" in capsys.readouterr().out
    list_rules(as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == 7
    show_rules("india-seci")
    assert capsys.readouterr().out == rules_text("india-seci")
    schema()
    assert json.loads(capsys.readouterr().out)["title"] == "Rules"


def test_checking_rules_tells_what_each_call_has_to_fill_in(capsys):
    check("india-seci")
    assert "nothing bounds the award" in capsys.readouterr().out


def test_checking_rules_tells_what_cannot_go_together(tmp_path: Path):
    path = tmp_path / "my.yaml"
    text = rules_text("germany-onshore-wind-2024").replace("pricing: pay_as_bid", "pricing: vcg")
    path.write_text(text, "utf-8")

    with pytest.raises(InputError, match=r"my\.yaml.*vcg"):
        check(str(path))


def test_rules_are_told_in_words_and_as_a_page(tmp_path: Path, capsys):
    tell_rules("germany-onshore-wind-2024")
    assert "- 2,500 MW are on offer." in capsys.readouterr().out
    tell_rules("germany-onshore-wind-2024", html=True, out=tmp_path / "rules.html")
    assert (tmp_path / "rules.html").read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(OutputError):
        tell_rules("germany-onshore-wind-2024", out=tmp_path)


def test_bids_are_cleared_and_each_is_explained(bids, capsys):
    clear_bids("india-seci", bids, volume="500", ceiling="3")
    told = capsys.readouterr().out
    assert "cut" in told
    assert "200 MW were left" in told
    assert "awarded 500 of 500; bid 660" in told


def test_the_result_is_written_as_a_table_and_as_canonical_json(bids, tmp_path: Path, capsys):
    clear_bids("india-seci", bids, volume="400", out=tmp_path / "result.csv")
    with (tmp_path / "result.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["bid"], row["quantity"], row["payment"]) for row in rows[:2]] == [
        ("a", "300", "762.00"),
        ("b", "100", "255.00"),
    ]
    assert rows[2]["payment"] == ""
    clear_bids("india-seci", bids, volume="400", out=tmp_path / "result.json")
    capsys.readouterr()
    clear_bids("india-seci", bids, volume="400", as_json=True)
    told = capsys.readouterr().out
    assert (tmp_path / "result.json").read_text("utf-8") == told
    assert json.loads(told)["decisions"][1]["price"] == "2.55"
    with pytest.raises(OutputError):
        clear_bids("india-seci", bids, volume="400", out=tmp_path)


def test_an_optimum_is_confirmed_by_a_second_solver(bids, tmp_path: Path, capsys):
    rules = tmp_path / "rules.yaml"
    text = rules_text("india-seci").replace("  marginal: cut", "  marginal: cut\n  method: optimal")
    rules.write_text(text, "utf-8")

    clear_bids(str(rules), bids, volume="400", ceiling="3", confirm=True)

    told = capsys.readouterr().out
    assert "A second solver agrees." in told
    assert "is possible" in told


def test_published_auctions_are_cleared_and_held_against_their_awards(tmp_path: Path, capsys):
    path = tmp_path / "cases.json"
    case = {"id": "one", "capacity": 10, "bids": [["a", 2.5, 8], ["b", 2.6, 8]]}
    cases = [
        {**case, "awards": {"a": 8, "b": 2}},
        {**case, "id": "two", "awards": {"a": 10}},
        {**case, "id": "three"},
    ]
    path.write_text(json.dumps({"cases": cases}), "utf-8")

    clear_bids("india-seci", path, out=tmp_path / "told.json")

    told = capsys.readouterr().out
    assert "one: as published\n  a: 8 MW\n  b: 2 MW" in told
    assert "two: NOT as published" in told
    assert "three: no awards published" in told
    clear_bids("india-seci", path, as_json=True)
    assert [one["agrees"] for one in json.loads(capsys.readouterr().out)] == [True, False, None]


def test_a_case_without_room_for_a_bid_is_told(tmp_path: Path, capsys):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"id": "x", "capacity": 10, "bids": [["a", 2, 5]]}), "utf-8")
    with pytest.raises(InputError):
        clear_bids("uk-cfd-ar6", path)
    assert "x cannot be cleared" in capsys.readouterr().err


def test_a_volume_that_is_no_number_and_a_file_that_is_no_json_are_refused(bids, tmp_path: Path):
    with pytest.raises(InputError, match="--volume"):
        clear_bids("india-seci", bids, volume="many")
    (tmp_path / "x.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="valid JSON"):
        clear_bids("india-seci", tmp_path / "x.json")
