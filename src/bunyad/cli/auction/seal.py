"""The commands of bidders, commissioners and of everybody who wants to check an auction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import (
    auction_app,
    give,
    read_bytes,
    read_json,
    read_yaml,
    write_new,
)
from bunyad.errors import Fault, InputError

if TYPE_CHECKING:
    from bunyad.auction.seal import Keys, Verification

Several = Annotated[tuple[Path, ...], Parameter(negative=(), consume_multiple=False)]


@auction_app.command(name="keys")
def make_key_files(name: str, /, *, out: Path = Path()) -> None:
    """
    Make the keys of a bidder or a commissioner on this machine.

    Writes secret.json, which only you may read and which you must not lose, and public.json, which
    goes to the agency.

    Parameters
    ----------
    name
        The bidder or commissioner, as the auction names him.
    out
        Folder to write the two files into.
    """
    from bunyad.auction.seal import make_keys

    keys = make_keys(name)
    out.mkdir(parents=True, exist_ok=True)
    write_new(out / "secret.json", keys.secret(), is_secret=True)
    write_new(out / "public.json", keys.public())
    print(f"Keep {out / 'secret.json'} safe and to yourself; send {out / 'public.json'}.")


@auction_app.command(name="seal")
def seal(
    record: Path,
    offers: Path,
    /,
    *,
    keys: Path,
    lot: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)],
    replaces: int | None = None,
    out: Path | None = None,
) -> None:
    """
    Seal a bid on this machine, so that only the commission together can read it.

    Parameters
    ----------
    record
        The auction's record.json.
    offers
        YAML or JSON file: for each envelope what is offered, with decimals in quotes.
    keys
        Your secret.json.
    lot
        Lot that is bid for; may be given many times.
    replaces
        Number of your bid that this one replaces.
    out
        New file for the sealed bid, instead of printing it.
    """
    from bunyad.auction.seal import read_call, seal_bid

    content = read_bytes(record)
    _refuse_false(_verify(content), record)
    offered = read_yaml(offers)
    if not isinstance(offered, dict) or not all(isinstance(o, dict) for o in offered.values()):
        raise InputError(
            "it names no envelopes", where=str(offers), mend='write such as price: {price: "4.25"}'
        )
    bid = seal_bid(
        read_call(content), _read_keys(keys), lots=lot, offers=offered, replaces=replaces
    )
    give(bid, out)


@auction_app.command(name="receipt")
def check_receipt_file(receipt: Path, bid: Path, record: Path, /) -> None:
    """
    Check that a receipt is the server's, and is for the bid that you sealed.

    Parameters
    ----------
    receipt
        The receipt that the server gave.
    bid
        The sealed bid that you handed in.
    record
        The auction's record.json; it also tells the server's key.
    """
    from bunyad.auction.events import Event
    from bunyad.auction.seal import check_receipt, read_call

    call = read_call(read_bytes(record))
    body, content = read_json(bid), read_json(receipt)
    if not isinstance(content, dict) or not isinstance(body, dict) or "bidder" not in body:
        raise InputError("these are no bid and its receipt", where=str(bid), mend="give both files")
    event = Event(
        auction=call.auction,
        index=content.get("index", 0),
        kind="bid",
        time=content.get("time", ""),
        actor=f"bidder:{body['bidder']}",
        body=body,
    )
    server_key = call.published.server_key
    check_receipt(content, auction=call.auction, server_key=server_key, event=event)
    _refuse_false(_verify(read_bytes(record), receipts=[content]), record)
    print(f"Bid {event.index} came in at {event.time}; the server has signed for it.")


@auction_app.command(name="open")
def give_key_shares(
    record: Path, /, *, keys: Path, envelope: str | None = None, out: Path | None = None
) -> None:
    """
    Give a commissioner's shares of the bids' keys; enough of them open the bids.

    Parameters
    ----------
    record
        The auction's record.json after the close.
    keys
        The commissioner's secret.json.
    envelope
        Envelope to open. By default the next one that is shut.
    out
        New file for the shares, instead of printing them.
    """
    from bunyad.auction.seal import give_shares, read_state

    content = read_bytes(record)
    _refuse_false(_verify(content), record)
    state = read_state(content)
    shut = [name for name in state.published.envelopes if name not in state.opened]
    if state.stage != "closed" or not shut:
        raise InputError(
            f"the auction is {state.stage}",
            where=str(record),
            mend="give shares after the close and before the opening",
        )
    give(give_shares(state, _read_keys(keys), envelope or shut[0]), out)


@auction_app.command(name="seed")
def give_seed(record: Path, /, *, keys: Path, out: Path | None = None) -> None:
    """
    Bind a commissioner to a seed for the draw between equal bids; after the close, show it.

    Parameters
    ----------
    record
        The auction's record.json.
    keys
        The commissioner's secret.json; the seed comes from it.
    out
        New file for what is to be handed in, instead of printing it.
    """
    from bunyad.auction.seal import commit_seed, read_call, reveal_seed

    content = read_bytes(record)
    auction = read_call(content).auction
    kinds = {event.get("kind") for event in json.loads(content)["events"]}
    step = reveal_seed if "closed" in kinds else commit_seed
    give(step(auction, _read_keys(keys)), out)


@auction_app.command(name="verify")
def verify(
    record: Path,
    /,
    *,
    receipt: Several = (),
    head: Several = (),
    server_key: str | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Replay an auction from its public record, and say what is wrong.

    Parameters
    ----------
    record
        The auction's record.json.
    receipt
        A receipt that a bidder kept; may be given many times.
    head
        A signed tree head that was published before; may be given many times.
    server_key
        Key that the server has to sign with, if you know it from elsewhere.
    as_json
        Print the result for machines.
    """
    found = _verify(
        read_bytes(record),
        receipts=[read_json(path) for path in receipt],
        heads=[read_json(path) for path in head],
        server_key=server_key,
    )
    if as_json:
        print(json.dumps({"auction": found.auction, "ok": found.ok, "is_complete":
              found.is_complete, "checks": [check.content() for check in found.checks]},
              ensure_ascii=False))  # fmt: skip
    else:
        for check in found.checks:
            sign = {True: "holds", False: "WRONG", None: "-"}[check.ok]
            print(f"{check.name:10}  {sign:5}  {check.text}")
    _refuse_false(found, record)


def _verify(
    record: bytes,
    *,
    receipts: list[dict[str, object]] | None = None,
    heads: list[dict[str, object]] | None = None,
    server_key: str | None = None,
) -> Verification:
    from bunyad.auction.seal import verify_record

    return verify_record(record, receipts or (), heads=heads or (), server_key=server_key)


def _refuse_false(found: Verification, path: Path) -> None:
    """End with the faults of a record, if it has any."""
    if not found.ok:
        raise InputError.of(
            Fault(f"{path}: {check.name}", check.text, "do not trust this record")
            for check in found.faults
        )


def _read_keys(path: Path) -> Keys:
    from bunyad.auction.seal import read_keys

    return read_keys(read_json(path), where=str(path))
