"""The commands that publish an auction and that show red flags."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from auctions import played as sealed
from published import played

from bunyad.auction.events import canonical
from bunyad.cli.auction import publish as commands
from bunyad.errors import InputError, OutputError


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record of the auction whose events are written out."""
    path = tmp_path / "record.json"
    events = [event.content() for event in played().events]
    path.write_bytes(canonical({"format": "x", "events": events}))
    return path


def test_publish_writes_data_tables_and_pages(record: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "p.yaml").write_text("ocid_prefix: ocds-b5fd17\nagency: {name: agency}\n")

    commands.publish(record, out=tmp_path / "public", publisher=tmp_path / "p.yaml", as_json=True)

    told = json.loads(capsys.readouterr().out)
    for name in told["files"]:
        assert (tmp_path / "public" / name).stat().st_size > 0
    package = json.loads((tmp_path / "public" / "record-package.json").read_text("utf-8"))
    assert package["records"][0]["ocid"] == "ocds-b5fd17-garadagh-2"
    assert not list((tmp_path / "public").glob(".*"))


def test_publishing_twice_gives_the_same_bytes(record: Path, tmp_path: Path, capsys) -> None:
    commands.publish(record, out=tmp_path / "a")
    commands.publish(record, out=tmp_path / "b")

    assert "Wrote 9 files" in capsys.readouterr().out
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_a_truly_sealed_auction_is_published_too(tmp_path: Path) -> None:
    world = sealed()
    path = tmp_path / "record.json"
    path.write_bytes(world.record())

    commands.publish(path, out=tmp_path / "public")

    rows = (tmp_path / "public" / "awards.csv").read_text("utf-8").splitlines()
    assert rows[1].split(",")[1:5] == ["araz-solar", "", "lot-1", "4.60"]


def test_flags_are_told_in_words_and_as_json(record: Path, capsys) -> None:
    commands.flags(record)
    text = capsys.readouterr().out
    commands.flags(record, language="az", as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert text.startswith("R018 lot-2 [medium] kür-wind is the only bidder")
    assert [flag["id"] for flag in told] == ["R018", "late_bids", "R035"]
    assert told[0]["proves_not"].startswith("Burada az adam")


def test_thresholds_and_earlier_winners_count(record: Path, capsys) -> None:
    commands.flags(
        record,
        option=("flags.near_price_share=0.06",),
        past_winner=("araz-solar", "araz-solar"),
        as_json=True,
    )

    kinds = {flag["kind"] for flag in json.loads(capsys.readouterr().out)}
    assert {"near_prices", "same_winner"} <= kinds


def test_no_flags_are_no_silence(tmp_path: Path, capsys) -> None:
    path = tmp_path / "record.json"
    events = [event.content() for event in played().events[:2]]
    path.write_bytes(canonical({"events": events}))

    commands.flags(path)

    assert capsys.readouterr().out == "No flags.\n"


@pytest.mark.parametrize("option", ["near=1", "flags.near_price_share", "flags.no_such=1"])
def test_a_threshold_that_is_none_is_refused(record: Path, option: str) -> None:
    with pytest.raises(InputError, match="--option"):
        commands.flags(record, option=(option,))


@pytest.mark.parametrize("content", ["[]", '{"events":7}', '{"events":[]}'])
def test_what_is_no_record_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(content)

    with pytest.raises(InputError, match="record"):
        commands.flags(path)


def test_a_folder_that_cannot_be_written_is_told(record: Path) -> None:
    with pytest.raises(OutputError, match="Choose another folder"):
        commands.publish(record, out=record / "inside")
