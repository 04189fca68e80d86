"""The commands of an auction's life: the agency's, and what everybody hands in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from bunyad.cli.auction.app import auction_app, give, read_json, read_yaml
from bunyad.cli.auction.reaching import Reach, email_of, plain, reach
from bunyad.errors import InputError, OutputError

Several = Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)]
HERE = Reach()


@auction_app.command
def start(file: Path, /, *, plan: str | None = None, where: Reach = HERE) -> None:
    """
    Start an auction by its draft, which `draft` writes; prints its id.

    Parameters
    ----------
    file
        YAML or JSON file with title, rules and lots; decimals in quotes.
    plan
        Plan on the server that the lots come from.
    """
    content = read_yaml(file)
    if not isinstance(content, dict) or set(content) != {"title", "rules", "lots"}:
        raise InputError(
            "it does not have exactly title, rules and lots", where=str(file), mend="name all three"
        )
    with reach(where) as client:
        print(client.draft_auction(**content, plan=plan).id)


@auction_app.command
def invite(auction: str, who: str, /, *, name: str | None = None, where: Reach = HERE) -> None:
    """
    Invite a commissioner to open the bids with others.

    Parameters
    ----------
    auction
        Id of the auction.
    who
        E-mail address of the account; with --store, the commissioner's name.
    name
        Name in the call, by default that of the account.
    """
    email = email_of(where, who)
    with reach(where) as client:
        give(plain(client.invite_commissioner(auction, email, name=name)), None)


@auction_app.command(name="give-keys")
def give_public_keys(auction: str, public: Path, /, *, where: Reach = HERE) -> None:
    """
    Give the agency the public halves of a commissioner's keys.

    Parameters
    ----------
    auction
        Id of the auction.
    public
        The public.json that `bunyad auction keys` wrote.
    """
    keys = read_json(public)
    if not isinstance(keys, dict) or not {"recipient", "signing_key"} <= set(keys):
        raise InputError("these are no public keys", where=str(public), mend="give public.json")
    with reach(where) as client:
        client.give_keys(auction, recipient=keys["recipient"], signing_key=keys["signing_key"])


@auction_app.command
def call(
    auction: str, /, *, threshold: int, deadline: str, opening: Several = (), where: Reach = HERE
) -> None:
    """
    Publish the call.

    Parameters
    ----------
    auction
        Id of the auction.
    threshold
        Number of commissioners that it takes to open a bid.
    deadline
        UTC, such as 2026-11-22T10:00:00.000Z.
    opening
        Time of an envelope as NAME=TIME; may be given many times. By default at the deadline.
    """
    named = dict(one.partition("=")[::2] for one in opening)
    with reach(where) as client:
        rules = client.get_auction(auction).rules
        form = rules.get("bids", {}).get("envelopes") or [{"name": "price"}]
        times = {one["name"]: deadline for one in form} | named
        client.publish_auction(auction, threshold=threshold, deadline=deadline, opening=times)


@auction_app.command
def show(auction: str, /, *, where: Reach = HERE) -> None:
    """
    Print how an auction stands, as JSON.

    Parameters
    ----------
    auction
        Id of the auction.
    """
    with reach(where) as client:
        give(plain(client.get_auction(auction)), None)


@auction_app.command(name="record")
def fetch_record(auction: str, /, *, out: Path = Path("record.json"), where: Reach = HERE) -> None:
    """
    Fetch the public record; an older copy is overwritten.

    Parameters
    ----------
    auction
        Id of the auction.
    out
        File to write.
    """
    with reach(where) as client:
        content = client.get_record(auction)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another file"
        ) from None


@auction_app.command
def question(auction: str, text: str, /, *, lot: str | None = None, where: Reach = HERE) -> None:
    """
    Ask a question; everybody reads it, nobody reads who asked.

    Parameters
    ----------
    auction
        Id of the auction.
    text
        The question.
    lot
        Lot that it is about.
    """
    with reach(where) as client:
        give(plain(client.ask_question(auction, text, lot=lot)), None)


@auction_app.command
def answer(auction: str, number: int, text: str, /, *, where: Reach = HERE) -> None:
    """
    Answer a question for everybody.

    Parameters
    ----------
    auction
        Id of the auction.
    number
        Index of the question, as `question` prints it.
    text
        The answer.
    """
    with reach(where) as client:
        give(plain(client.answer_question(auction, number, text)), None)


@auction_app.command
def qualify(
    auction: str, bidder: str, /, *, why: str, fit: bool = True, where: Reach = HERE
) -> None:
    """
    Find a bidder fit, or with --no-fit unfit.

    Parameters
    ----------
    auction
        Id of the auction.
    bidder
        Name of the bidder.
    why
        Reason, for the record.
    fit
        Whether it is fit.
    """
    with reach(where) as client:
        client.qualify_bidder(auction, bidder, qualified=fit, why=why)


@auction_app.command
def submit(auction: str, file: Path, /, *, out: Path | None = None, where: Reach = HERE) -> None:
    """
    Hand in what was made on this machine: a sealed bid, a seed, or shares of keys.

    Parameters
    ----------
    auction
        Id of the auction.
    file
        What `seal`, `seed` or `open` wrote.
    out
        New file for the receipt of a bid, instead of printing it. Keep it.
    """
    body = read_json(file)
    fields = set(body) if isinstance(body, dict) else set()
    with reach(where) as client:
        steps = {
            "envelopes": client.submit_bid,
            "sha256": client.commit_seed,
            "seed": client.reveal_seed,
            "shares": client.give_shares,
        }
        found = [step for field, step in steps.items() if field in fields]
        if len(found) != 1:
            raise InputError(
                "it is no bid, seed or shares", where=str(file), mend="give what a command wrote"
            )
        told: Any = found[0](auction, body)
    if "envelopes" in fields:
        give(plain(told), out)


@auction_app.command
def withdraw(
    auction: str, bid: int, /, *, keys: Path, out: Path | None = None, where: Reach = HERE
) -> None:
    """
    Take back a bid.

    Parameters
    ----------
    auction
        Id of the auction.
    bid
        Index of the bid, from its receipt.
    keys
        Your secret.json.
    out
        New file for the receipt, instead of printing it.
    """
    from bunyad.auction.seal import read_keys, withdraw_bid

    body = withdraw_bid(auction, read_keys(read_json(keys), where=str(keys)), bid)
    with reach(where) as client:
        give(plain(client.withdraw_bid(auction, body)), out)


@auction_app.command
def cancel(auction: str, /, *, why: str, where: Reach = HERE) -> None:
    """
    End an auction without awards; what is sealed stays sealed.

    Parameters
    ----------
    auction
        Id of the auction.
    why
        Reason, for the record.
    """
    with reach(where) as client:
        client.cancel_auction(auction, why)
