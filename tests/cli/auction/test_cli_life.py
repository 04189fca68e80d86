"""An auction from draft to verification by commands alone, in a folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from auctions import LOTS, RULES

from bunyad.auction.events import time_text
from bunyad.cli.app import app
from bunyad.client import ApiProblem
from bunyad.errors import InputError

COMMISSION = ("Leyla", "Rauf", "Aysel")
PRICES = {"araz-solar": "5.10", "rüzgâr enerji": "4.75", "sunfield gmbh": "4.60", "mazdar": "3.00"}


class Shell:
    """Runs commands, and keeps what they print."""

    def __init__(self, folder: Path, capsys: Any) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, command: str, *words: object, who: str = "agency") -> Any:
        self.capsys.readouterr()
        app(["auction", command, *map(str, words), "--store", str(self.folder / "kept"),
             "--as", who], exit_on_error=False, print_error=False,
            result_action="return_value")  # fmt: skip
        return self.read()

    def alone(self, command: str, *words: object) -> Any:
        """Run a command that reaches nothing."""
        self.capsys.readouterr()
        app(["auction", command, *map(str, words)], exit_on_error=False, print_error=False,
            result_action="return_value")  # fmt: skip
        return self.read()

    def read(self) -> Any:
        said = self.capsys.readouterr().out.strip()
        try:
            return json.loads(said)
        except ValueError:
            return said


def test_an_auction_goes_from_draft_to_verification_by_commands(  # noqa: C901  (a whole life)
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = {"now": datetime.now(UTC)}
    monkeypatch.setattr("bunyad.cli.auction.reaching.CLOCK", lambda: time["now"])
    run = Shell(tmp_path, capsys)
    for name in (*COMMISSION, *PRICES):
        run.alone("keys", name, "--out", tmp_path / name)
    terms = tmp_path / "call.json"
    terms.write_text(json.dumps({"title": "150 MW", "rules": RULES, "lots": LOTS}))
    auction = run("start", terms)
    for name in COMMISSION:
        run("invite", auction, name)
        run("give-keys", auction, tmp_path / name / "public.json", who=f"commission:{name}")
    deadline = time_text(time["now"] + timedelta(hours=1))
    run("call", auction, "--threshold", 2, "--deadline", deadline)

    record = tmp_path / "record.json"

    def secret(name: str) -> Path:
        return tmp_path / name / "secret.json"

    def fetched(who: str = "public") -> Path:
        run("record", auction, "--out", record, who=who)
        return record

    def hand_in(name: str, what: str, role: str, *words: object) -> Any:
        out = tmp_path / f"{name}-{what}-{len(list(tmp_path.iterdir()))}.json"
        run.alone(what, fetched(f"{role}:{name}"), *words, "--keys", secret(name), "--out", out)
        return run("submit", auction, out, who=f"{role}:{name}")

    for name in COMMISSION:
        hand_in(name, "seed", "commission")
    asked = run("question", auction, "Who pays the line?", who="bidder:mazdar")
    run("answer", auction, asked[0]["index"], "The state.")
    bids = {}
    for name, price in PRICES.items():
        offer = tmp_path / f"{name}.yaml"
        offer.write_text(f'price: {{price: "{price}"}}\n')
        bids[name] = hand_in(name, "seal", "bidder", offer, "--lot", "lot-1")["index"]
    (tmp_path / "receipt").write_text(
        json.dumps(run("withdraw", auction, bids["mazdar"], "--keys", secret("mazdar"),
                       who="bidder:mazdar"))
    )  # fmt: skip
    run("qualify", auction, "araz-solar", "--why", "papers are whole", who="commission:Rauf")

    time["now"] += timedelta(hours=1)
    for what in ("seed", "open"):
        for name in ("Leyla", "Aysel"):
            hand_in(name, what, "commission")
    assert len(run("unseal", auction, who="commission:Leyla")) == len(PRICES)
    assert run("clear-opened", auction, who="commission:Leyla")["awards"][0]["price"] == "4.60"
    awards = run("award", auction)
    assert awards[0]["bid"] == bids["sunfield gmbh"]
    said = run("appeal", auction, "Mine was better.", who="bidder:araz-solar")
    run("decide", auction, said[0]["index"], "--no-uphold", "--why", "It was not.")
    run("contract", auction, "c-1", "--bid", awards[0]["bid"])
    for command, fields in {
        "bond": {"security": "s-1", "bidder": "sunfield gmbh", "act": "posted",
                 "amount": "1000", "currency": "USD", "why": "performance"},
        "milestone": {"contract": "c-1", "milestone": "works", "reached": True, "why": "seen"},
        "settle": {"contract": "c-1", "period": "2030-01", "amount": "12.50", "currency": "USD"},
    }.items():  # fmt: skip
        file = tmp_path / f"{command}.json"
        file.write_text(json.dumps(fields))
        run(command, auction, file)

    found = run.alone("verify", fetched(), "--receipt", tmp_path / "receipt", "--json")
    assert found["is_complete"], found
    assert run("show", auction, who="public")["stage"] == "contracted"


def test_wrong_ways_to_an_auction_are_told(tmp_path: Path, capsys: Any) -> None:
    run = Shell(tmp_path, capsys)
    with pytest.raises(InputError, match="one of --server and --store"):
        run.alone("show", "x")
    for who in ("king", "bidder", "agency:x"):
        with pytest.raises(InputError, match="is nobody"):
            run("show", "x", who=who)
    with pytest.raises(ApiProblem, match="no such auction"):
        run("show", "x", who="public")
    file = tmp_path / "file.json"
    file.write_text("{}")
    for command in ("start", "bond"):
        with pytest.raises((InputError, ApiProblem)):
            run(command, *(["x"] if command == "bond" else []), file)
    for command in ("give-keys", "submit"):
        with pytest.raises(InputError, match=r"are no public keys|is no bid"):
            run(command, "x", file)
    file.write_text("[]")
    with pytest.raises(InputError, match="names no fields"):
        run("settle", "x", file)
    with pytest.raises(ApiProblem, match="There is no such auction"):
        run("cancel", "x", "--why", "none")
