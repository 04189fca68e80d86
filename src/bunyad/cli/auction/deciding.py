"""The commands from the opening to settlement."""

from __future__ import annotations

from pathlib import Path

from bunyad.cli.auction.app import auction_app, give, read_yaml
from bunyad.cli.auction.reaching import Reach, plain, reach
from bunyad.errors import InputError

HERE = Reach()


@auction_app.command
def unseal(auction: str, /, *, envelope: str = "price", where: Reach = HERE) -> None:
    """
    Open an envelope of every bid, once enough commissioners have given their shares.

    Parameters
    ----------
    auction
        Id of the auction.
    envelope
        Envelope to open.
    """
    with reach(where) as client:
        give(plain(client.open_bids(auction, envelope).bids), None)


@auction_app.command(name="clear-opened")
def clear_opened(auction: str, /, *, out: Path | None = None, where: Reach = HERE) -> None:
    """
    Let the rules decide, and explain every bid.

    Parameters
    ----------
    auction
        Id of the auction.
    out
        New file for the result, instead of printing it.
    """
    with reach(where) as client:
        give(plain(client.clear_auction(auction).result), out)


@auction_app.command
def award(auction: str, /, *, awards: Path | None = None, where: Reach = HERE) -> None:
    """
    Award what the result says.

    Parameters
    ----------
    auction
        Id of the auction.
    awards
        YAML or JSON list of other awards, which need an appeal that was upheld.
    """
    chosen = None if awards is None else read_yaml(awards)
    with reach(where) as client:
        give(plain(client.award_lots(auction, chosen).awards), None)


@auction_app.command
def appeal(auction: str, text: str, /, *, where: Reach = HERE) -> None:
    """
    Object, as a bidder.

    Parameters
    ----------
    auction
        Id of the auction.
    text
        What is objected to, and why.
    """
    with reach(where) as client:
        give(plain(client.appeal(auction, text)), None)


@auction_app.command
def decide(auction: str, number: int, /, *, uphold: bool, why: str, where: Reach = HERE) -> None:
    """
    Uphold an appeal, or with --no-uphold turn it down.

    Parameters
    ----------
    auction
        Id of the auction.
    number
        Index of the appeal, as `appeal` prints it.
    uphold
        Whether it is upheld.
    why
        Reason, for the record.
    """
    with reach(where) as client:
        give(plain(client.decide_appeal(auction, number, upheld=uphold, why=why)), None)


@auction_app.command
def contract(
    auction: str, name: str, /, *, bid: int, terms: Path | None = None, where: Reach = HERE
) -> None:
    """
    Write down a contract with the bidder of an awarded bid.

    Parameters
    ----------
    auction
        Id of the auction.
    name
        Name of the contract.
    bid
        Index of the bid.
    terms
        YAML or JSON file with its terms; decimals in quotes.
    """
    said = {} if terms is None else _table(terms)
    with reach(where) as client:
        give(plain(client.sign_contract(auction, name, bid=bid, terms=said)), None)


@auction_app.command
def bond(auction: str, file: Path, /, *, where: Reach = HERE) -> None:
    """
    Write down that a bond is posted, released or forfeited.

    Parameters
    ----------
    auction
        Id of the auction.
    file
        YAML or JSON file with security, bidder, act, amount, currency and why.
    """
    with reach(where) as client:
        give(plain(client.note_security(auction, _table(file))), None)


@auction_app.command
def milestone(auction: str, file: Path, /, *, where: Reach = HERE) -> None:
    """
    Write down that a milestone is reached or missed.

    Parameters
    ----------
    auction
        Id of the auction.
    file
        YAML or JSON file with contract, milestone, reached and why.
    """
    with reach(where) as client:
        give(plain(client.note_milestone(auction, _table(file))), None)


@auction_app.command
def settle(auction: str, file: Path, /, *, where: Reach = HERE) -> None:
    """
    Write down that a period of a contract is paid.

    Parameters
    ----------
    auction
        Id of the auction.
    file
        YAML or JSON file with contract, period, amount, currency and detail.
    """
    with reach(where) as client:
        give(plain(client.settle_period(auction, _table(file))), None)


def _table(path: Path) -> dict[str, object]:
    """Return the fields in a file."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise InputError("it names no fields", where=str(path), mend="write such as contract: c-1")
    return content
