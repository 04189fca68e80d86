"""The commands of bidders, commissioners and of everybody who checks an auction."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from auctions import BIDDERS, SERVER_KEY, World, at, played

from bunyad.auction.seal import Keys, clear_opened
from bunyad.cli.auction import seal as commands
from bunyad.cli.auction.app import give, read_bytes, read_yaml, write_new
from bunyad.errors import InputError, OutputError


@pytest.fixture
def files(tmp_path):
    """An auction that is published, with the keys of five commissioners and a bidder as files."""
    for name in ("Leyla", "Rauf", "Aysel", "Kamran", "Nigar", "araz-solar"):
        commands.make_key_files(name, out=tmp_path / name)
    read = [json.loads((tmp_path / n / "secret.json").read_text()) for n in ("Leyla", "Rauf",
            "Aysel", "Kamran", "Nigar")]  # fmt: skip
    commission = tuple(Keys(**content) for content in read)
    world = World(commission=commission, clearing=clear_opened).publish()
    return tmp_path, world


def saved(folder: Path, world: World) -> Path:
    path = folder / "record.json"
    path.write_bytes(world.record(receipts=[]))
    return path


def test_a_bid_goes_from_sealing_to_awards_by_files(files, capsys) -> None:
    folder, world = files
    record = saved(folder, world)
    for name in ("Leyla", "Rauf", "Aysel"):
        commands.give_seed(record, keys=folder / name / "secret.json", out=folder / f"{name}.seed")
        body = json.loads((folder / f"{name}.seed").read_text())
        world.do("tie_seed_committed", f"commissioner:{name}", body, at(8, 30))
    (folder / "offer.yaml").write_text('price: {price: "4.25"}\n')
    keys = folder / "araz-solar" / "secret.json"
    commands.seal(record, folder / "offer.yaml", keys=keys, lot=("lot-1",), out=folder / "bid.json")
    bid = json.loads((folder / "bid.json").read_text())
    index = world.do("bid", "bidder:araz-solar", bid, at(9))
    (folder / "receipt.json").write_text(json.dumps(world.log.receipt(index)))
    record = saved(folder, world)
    commands.check_receipt_file(folder / "receipt.json", folder / "bid.json", record)
    assert f"Bid {index} came in at {at(9)}" in capsys.readouterr().out

    record = saved(folder, world.close())
    for kind, command, last in (
        ("tie_seed_revealed", commands.give_seed, 3),
        ("share_given", commands.give_key_shares, 3),
    ):
        for name in ("Leyla", "Rauf", "Aysel")[:last]:
            command(record, keys=folder / name / "secret.json")
            world.do(kind, f"commissioner:{name}", json.loads(capsys.readouterr().out), at(10, 20))
    record = saved(folder, world.open().clear().award())
    commands.verify(record, receipt=(folder / "receipt.json",), server_key=SERVER_KEY)

    said = capsys.readouterr().out
    assert "WRONG" not in said
    assert "receipts    holds" in said
    assert world.state.awards[0]["price"] == "4.25"
    with pytest.raises(InputError, match="the auction is awarded"):
        commands.give_key_shares(record, keys=folder / "Leyla" / "secret.json")


def test_secret_keys_are_for_their_owner_and_never_overwritten(tmp_path) -> None:
    commands.make_key_files("Leyla", out=tmp_path)

    assert stat.S_IMODE((tmp_path / "secret.json").stat().st_mode) == 0o600
    assert "secret" not in (tmp_path / "public.json").read_text()
    with pytest.raises(InputError, match="there already"):
        commands.make_key_files("Leyla", out=tmp_path)


def test_a_changed_record_is_refused_with_what_is_wrong(tmp_path, capsys) -> None:
    data = played().record().replace(b'"4.60"', b'"4.50"')
    path = tmp_path / "record.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"log: .* has another root"):
        commands.verify(path, as_json=True)

    said = json.loads(capsys.readouterr().out)
    assert not said["ok"]
    assert [check["name"] for check in said["checks"] if check["ok"] is False]


def test_a_head_that_was_kept_is_compared(files, tmp_path, capsys) -> None:
    folder, world = files
    (tmp_path / "head.json").write_text(json.dumps(world.log.heads[0]))
    commands.verify(saved(folder, world), head=(tmp_path / "head.json",), as_json=True)

    assert json.loads(capsys.readouterr().out)["ok"]


def test_nobody_seals_to_a_changed_record(files) -> None:
    folder, world = files
    record = saved(folder, world)
    record.write_bytes(record.read_bytes().replace(b"Leyla", b"Leyle"))
    (folder / "offer.yaml").write_text('price: {price: "4.25"}\n')
    with pytest.raises(InputError, match=r"[Dd]o not trust"):
        commands.seal(record, folder / "offer.yaml", keys=folder / "Leyla" / "secret.json",
                      lot=("lot-1",))  # fmt: skip


@pytest.mark.parametrize(
    ("offer", "what"),
    [("5", "names no envelopes"), ("price: {price: 4.25}", "float"), ("{", "YAML")],
)
def test_offers_that_cannot_be_sealed_are_refused(files, offer: str, what: str) -> None:
    folder, world = files
    (folder / "offer.yaml").write_text(offer)
    with pytest.raises(InputError, match=what):
        commands.seal(saved(folder, world), folder / "offer.yaml",
                      keys=folder / "araz-solar" / "secret.json", lot=("lot-1",))  # fmt: skip


def test_a_receipt_of_something_else_is_refused(files) -> None:
    folder, world = files
    index = world.bid(BIDDERS[0], "5")
    (folder / "receipt.json").write_text(json.dumps(world.log.receipt(index)))
    (folder / "bid.json").write_text(json.dumps({"bidder": "araz-solar"}))
    record = saved(folder, world)
    with pytest.raises(InputError, match="not what the receipt was given for"):
        commands.check_receipt_file(folder / "receipt.json", folder / "bid.json", record)
    (folder / "bid.json").write_text("[]")
    with pytest.raises(InputError, match="no bid and its receipt"):
        commands.check_receipt_file(folder / "receipt.json", folder / "bid.json", record)


def test_files_that_cannot_be_read_or_written_are_told(tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes(tmp_path / "none")
    (tmp_path / "no.json").write_text("{")
    with pytest.raises(InputError, match="it is no JSON"):
        commands._read_keys(tmp_path / "no.json")
    (tmp_path / "no.yaml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="YAML"):
        read_yaml(tmp_path / "no.yaml")
    with pytest.raises(OutputError, match="cannot be written"):
        write_new(tmp_path / "none" / "file", {})
    give({"a": 1}, tmp_path / "given.json")
    assert json.loads((tmp_path / "given.json").read_text()) == {"a": 1}


def test_the_command_line_ends_with_2_on_a_false_record(tmp_path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(b"{}")
    done = subprocess.run(
        [sys.executable, "-m", "bunyad", "auction", "verify", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "form        WRONG" in done.stdout
    assert "Do not trust this record." in done.stderr
