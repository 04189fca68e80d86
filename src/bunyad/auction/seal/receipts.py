"""Receipts and tree heads: what a server signs, and how anyone holds it to that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bunyad.auction.events import Event
from bunyad.auction.events.event import check_time
from bunyad.auction.seal.merkle import MerkleTree, is_consistent, is_included, leaf_hash
from bunyad.auction.seal.signing import is_signed, sign_body
from bunyad.errors import InputError

HEAD = {"auction": str, "size": int, "root": str, "time": str, "signature": str}
RECEIPT = {
    "auction": str, "index": int, "time": str, "leaf": str, "proof": list, "head": dict,
    "signature": str,
}  # fmt: skip
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def make_receipt(
    event: Event, tree: MerkleTree, head: Mapping[str, Any], signing_secret: str
) -> dict[str, Any]:
    """Return a signed receipt of an event: its leaf, when it came, and its way to a head."""
    body = {
        "auction": event.auction,
        "index": event.index,
        "time": event.time,
        "leaf": leaf_hash(event.leaf()).hex(),
        "proof": [step.hex() for step in tree.inclusion_proof(event.index, head["size"])],
        "head": dict(head),
    }
    return sign_body(body, kind="receipt", auction=event.auction, signing_secret=signing_secret)


def check_head(head: Any, *, auction: str, server_key: str) -> None:
    """
    Refuse a tree head that the server did not sign.

    Raises
    ------
    InputError
        Saying what is wrong.
    """
    _check_form(head, HEAD, "tree head")
    check_time(head["time"], where="tree head")
    _hash(head["root"], "tree head")
    if head["auction"] != auction:
        raise _fault(f"it is of auction {head['auction']!r}", "tree head")
    if not is_signed(head, kind="tree_head", auction=auction, signing_key=server_key):
        raise _fault("the server did not sign it", "tree head")


def check_receipt(
    receipt: Any, *, auction: str, server_key: str, event: Event | None = None
) -> None:
    """
    Refuse a receipt that the server did not give, or that its own head does not bear out.

    Parameters
    ----------
    receipt
        JSON values of the receipt.
    auction
        Id of the auction.
    server_key
        The server's Ed25519 key, in hexadecimal, from the call.
    event
        What it has to be a receipt of, if that is known.

    Raises
    ------
    InputError
        Saying what is wrong.
    """
    _check_form(receipt, RECEIPT, "receipt")
    if receipt["auction"] != auction:
        raise _fault(f"it is of auction {receipt['auction']!r}", "receipt")
    if not is_signed(receipt, kind="receipt", auction=auction, signing_key=server_key):
        raise _fault("the server did not sign it", "receipt")
    head = receipt["head"]
    check_head(head, auction=auction, server_key=server_key)
    check_time(receipt["time"], where="receipt")
    if head["time"] < receipt["time"]:
        raise _fault("its tree head is older than what it is a receipt of", "receipt")
    if not is_included(
        _hash(receipt["leaf"], "receipt"),
        index=receipt["index"],
        size=head["size"],
        proof=[_hash(step, "receipt") for step in receipt["proof"]],
        root=_hash(head["root"], "receipt"),
    ):
        raise _fault("its proof does not lead to the tree head", "receipt")
    if event is not None:
        _check_same(receipt, event)


def _check_same(receipt: Mapping[str, Any], event: Event) -> None:
    """Refuse the receipt of something else."""
    if receipt["index"] != event.index or receipt["time"] != event.time:
        raise _fault(f"it is of event {receipt['index']} at {receipt['time']}", "receipt")
    if receipt["leaf"] != leaf_hash(event.leaf()).hex():
        raise _fault(f"event {event.index} is not what the receipt was given for", "receipt")


def check_growth(old: Any, new: Any, proof: list[str], *, server_key: str) -> None:
    """
    Refuse two heads of which the newer does not continue the older: the server shows two logs.

    This is what a witness asks who keeps heads and not the events.

    Raises
    ------
    InputError
        Saying what is wrong.
    """
    for head in (old, new):
        check_head(head, auction=old["auction"], server_key=server_key)
    if not is_consistent(
        old_size=old["size"],
        old_root=_hash(old["root"], "tree head"),
        size=new["size"],
        root=_hash(new["root"], "tree head"),
        proof=[_hash(step, "proof") for step in proof],
    ):
        raise _fault(
            f"the log of {new['size']} events does not continue that of {old['size']}", "tree head"
        )


def _hash(text: Any, where: str) -> bytes:
    """Return a hash from its one form in hexadecimal."""
    if isinstance(text, str) and HASH.fullmatch(text):
        return bytes.fromhex(text)
    raise _fault(f"{text!r} is no hash", where)


def _check_form(content: Any, form: Mapping[str, type], where: str) -> None:
    if not isinstance(content, Mapping) or set(content) != set(form):
        raise _fault("it does not have the fields that it should", where)
    for name, kind in form.items():
        if not isinstance(content[name], kind) or isinstance(content[name], bool):
            raise _fault(f"its {name} is of the wrong type", where)


def _fault(what: str, where: str) -> InputError:
    return InputError(what, where=where, mend="ask the server for it again, and keep this one")
