"""Nobody opens early, and whatever is wrong is found alike by everybody."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
from dataclasses import replace

import pyrage
import pytest
from auctions import BIDDERS, COMMISSION, World
from pyrage import x25519

from bunyad.auction.events import canonical
from bunyad.auction.seal import (
    FAULTS,
    give_shares,
    make_keys,
    open_envelope,
    opened_bids,
    read_keys,
    seal_bid,
    sign_body,
)
from bunyad.auction.seal.sealing import pad_content
from bunyad.auction.seal.shamir import split_secret
from bunyad.errors import InputError

AUCTION = "garadagh-2"


@pytest.fixture
def world() -> World:
    return World().publish()


def sealed(world: World, keys=BIDDERS[0]) -> dict:
    return seal_bid(world.state, keys, lots=["lot-1"], offers=world.offers("5.00"))


def signed_again(body: dict, keys=BIDDERS[0]) -> dict:
    return sign_body(body, kind="bid", auction=AUCTION, signing_secret=keys.signing_secret)


def with_envelope(body: dict, **changes) -> dict:
    envelope = {**body["envelopes"]["price"], **changes}
    return signed_again({**body, "envelopes": {"price": envelope}})


def with_content(world: World, data: bytes, body: dict) -> dict:
    """Seal other content under the same bid, as only its bidder could."""
    identity = x25519.Identity.generate()
    payload = pyrage.encrypt(data, [identity.to_public()])
    return with_envelope(
        body,
        recipient=str(identity.to_public()),
        payload=base64.b64encode(payload).decode(),
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        shares=shares_of(str(identity).encode()),
    )


def shares_of(secret: bytes, *, threshold: int = 3) -> list[dict]:
    made = split_secret(secret, threshold=threshold, shares=5, random_bytes=os.urandom)
    return [seal_share(share, keys) for share, keys in zip(made, COMMISSION)]


def seal_share(share: bytes, keys) -> dict:
    age = pyrage.encrypt(share, [x25519.Recipient.from_str(keys.recipient)])
    return {"age": base64.b64encode(age).decode(), "sha256": hashlib.sha256(share).hexdigest()}


def fault_of(world: World, body: dict, keys=BIDDERS[0], members=(0, 1, 2)) -> str:
    """Hand a bid in, open it, and return what is wrong with it."""
    index = world.hand_in(keys, body)
    world.close().share(*members).open()
    fault = world.state.opened["price"][index]["fault"]
    assert fault is None or fault in FAULTS
    return fault


def test_any_three_of_five_open_every_bid_alike(world: World) -> None:
    world.bid(BIDDERS[0], "5.00")
    world.bid(BIDDERS[1], "4.99", lots=["lot-1", "lot-2"])
    world.close()
    found = []
    for members in itertools.combinations(range(5), 3):
        shares = {
            COMMISSION[member].name: give_shares(world.state, COMMISSION[member], "price")["shares"]
            for member in members
        }
        found.append(open_envelope(replace(world.state, shares={"price": shares}), "price"))

    assert all(body == found[0] for body in found)
    assert [entry["offer"] for entry in found[0]["bids"]] == [{"price": "5.00"}, {"price": "4.99"}]


def test_two_shares_open_nothing(world: World) -> None:
    world.bid(BIDDERS[0], "5.00")
    world.close().share(0, 1)

    assert open_envelope(world.state, "price")["bids"] == [
        {"bid": 2, "offer": None, "fault": "too_few_shares"}
    ]
    with pytest.raises(InputError, match="2 of 3"):
        world.open()


def test_the_server_and_two_commissioners_cannot_decrypt(world: World) -> None:
    """What they hold are two shares; a third that is guessed makes no key."""
    body = sealed(world)
    world.hand_in(BIDDERS[0], body)
    world.close()
    known = [give_shares(world.state, keys, "price")["shares"]["2"] for keys in COMMISSION[:2]]
    guessed = "00" * (len(known[0]) // 2)
    shares = {"Leyla": {"2": known[0]}, "Rauf": {"2": known[1]}, "Aysel": {"2": guessed}}

    found = open_envelope(replace(world.state, shares={"price": shares}), "price")

    assert found["bids"][0]["fault"] == "shares_disagree"


def test_the_length_of_a_payload_tells_no_digits() -> None:
    """Age adds a stanza of random length; the content under it is always as long."""
    body = {"bidder": "b", "signing_key": "ab" * 32, "lots": ["lot-1"], "nonce": "12" * 32}
    lengths = {len(content(body, offer={"price": price})) for price in ("1", "12345.67", "9" * 60)}
    assert lengths == {1024}


def test_opened_bids_are_what_the_clearing_takes(world: World) -> None:
    index = world.bid(BIDDERS[0], "5.00")
    world.close().share(0, 1, 2).open()

    assert opened_bids(world.state) == (
        {
            "bid": index,
            "bidder": "araz-solar",
            "lots": ["lot-1"],
            "time": "2026-11-22T09:00:00.000Z",
            "qualified": None,
            "offers": {"price": {"price": "5.00"}},
        },
    )


def test_only_the_named_commissioner_gives_shares(world: World) -> None:
    world.bid(BIDDERS[0], "5")
    world.close()
    for keys in (make_keys("Leyla"), replace(COMMISSION[0], name="Rauf")):
        with pytest.raises(InputError, match="does not name"):
            give_shares(world.state, keys, "price")
    with pytest.raises(InputError, match="no envelope 'x'"):
        give_shares(world.state, COMMISSION[0], "x")


def test_offers_are_for_the_envelopes_of_the_call(world: World) -> None:
    with pytest.raises(InputError, match="one offer for each of: price"):
        seal_bid(world.state, BIDDERS[0], lots=["lot-1"], offers={"technical": {}})


def test_a_float_in_an_offer_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="float"):
        seal_bid(world.state, BIDDERS[0], lots=["lot-1"], offers={"price": {"price": 4.25}})


def test_a_replayed_ciphertext_is_void_under_another_name(world: World) -> None:
    """A bidder who copies another's envelopes under a nonce of his own bids nothing."""
    original = sealed(world)
    world.hand_in(BIDDERS[0], original)
    body = {
        **original, "bidder": BIDDERS[1].name, "signing_key": BIDDERS[1].signing_key,
        "nonce": "12" * 32,
    }  # fmt: skip

    assert fault_of(world, signed_again(body, BIDDERS[1]), BIDDERS[1]) == "other_bidder"


def test_an_own_old_envelope_is_void_in_a_new_bid(world: World) -> None:
    assert fault_of(world, signed_again({**sealed(world), "nonce": "12" * 32})) == "other_nonce"


def test_an_envelope_is_void_for_other_lots(world: World) -> None:
    assert fault_of(world, signed_again({**sealed(world), "lots": ["lot-2"]})) == "other_lots"


def test_swapped_envelopes_are_void() -> None:
    world = World(opening={"price": "2026-11-22T10:00:00.000Z",
                           "technical": "2026-11-22T10:00:00.000Z"}).publish()  # fmt: skip
    body = sealed(world)
    swapped = {"price": body["envelopes"]["technical"], "technical": body["envelopes"]["price"]}
    index = world.hand_in(BIDDERS[0], signed_again({**body, "envelopes": swapped}))
    world.close().share(0, 1, 2)

    assert open_envelope(world.state, "price")["bids"] == [
        {"bid": index, "offer": None, "fault": "other_envelope"}
    ]


def test_shares_that_disagree_are_void_whoever_opens(world: World) -> None:
    """The share of the last commissioner is of another polynomial; its hash is as sealed."""
    body = sealed(world)
    shares = [*body["envelopes"]["price"]["shares"][:4], seal_share(b"x" * 74, COMMISSION[4])]
    index = world.hand_in(BIDDERS[0], with_envelope(body, shares=shares))
    world.close()
    for members in itertools.combinations(range(5), 3):
        given = {
            COMMISSION[member].name: give_shares(world.state, COMMISSION[member], "price")["shares"]
            for member in members
        }
        found = open_envelope(replace(world.state, shares={"price": given}), "price")
        assert found["bids"] == [{"bid": index, "offer": None, "fault": "shares_disagree"}]


def test_a_share_of_another_length_is_void_whoever_opens(world: World) -> None:
    body = sealed(world)
    shares = [seal_share(b"short", COMMISSION[0]), *body["envelopes"]["price"]["shares"][1:]]
    assert fault_of(world, with_envelope(body, shares=shares)) == "shares_disagree"


def test_shares_that_nobody_can_read_are_told(world: World) -> None:
    body = sealed(world)
    other = x25519.Identity.generate().to_public()
    hidden = {"age": base64.b64encode(pyrage.encrypt(b"x", [other])).decode(), "sha256": "0" * 64}
    shares = [hidden, {"age": "AAAA", "sha256": "0" * 64},
              *body["envelopes"]["price"]["shares"][2:]]  # fmt: skip
    world.hand_in(BIDDERS[0], with_envelope(body, shares=shares))
    world.close().share(0, 1, 2)

    assert [given["2"] for given in world.state.shares["price"].values()][:2] == [None, None]
    assert open_envelope(world.state, "price")["bids"][0]["fault"] == "too_few_shares"


@pytest.mark.parametrize("secret", [b"no key" * 12, b"\xff" * 74, b"AGE-SECRET-KEY-1" + b"Q" * 58])
def test_shares_that_make_no_key_are_told(world: World, secret: bytes) -> None:
    assert fault_of(world, with_envelope(sealed(world), shares=shares_of(secret))) == (
        "key_unreadable"
    )


def test_shares_of_another_key_are_told(world: World) -> None:
    other = str(x25519.Identity.generate()).encode()
    assert fault_of(world, with_envelope(sealed(world), shares=shares_of(other))) == "key_disagrees"


def test_a_payload_that_is_not_its_hash_is_told(world: World) -> None:
    assert fault_of(world, with_envelope(sealed(world), payload="AAAA")) == "payload_altered"


def test_a_payload_that_is_no_base64_is_told(world: World) -> None:
    assert fault_of(world, with_envelope(sealed(world), payload="AAAAA")) == "payload_altered"


@pytest.mark.parametrize("data", [b"age-encryption.org/v1\nno", b"no age file"])
def test_a_payload_that_is_no_age_file_is_told(world: World, data: bytes) -> None:
    said = {"payload": base64.b64encode(data).decode(),
            "payload_sha256": hashlib.sha256(data).hexdigest()}  # fmt: skip
    assert fault_of(world, with_envelope(sealed(world), **said)) == "payload_unreadable"


def content(body: dict, **changes) -> bytes:
    said = {
        "auction": AUCTION, "bidder": body["bidder"], "signing_key": body["signing_key"],
        "lots": body["lots"], "nonce": body["nonce"], "envelope": "price",
        "offer": {"price": "1"},
    }  # fmt: skip
    return pad_content(
        sign_body(said | changes, kind="envelope", auction=AUCTION,
                  signing_secret=BIDDERS[0].signing_secret)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"auction": "another"}, "other_auction"),
        ({"signing_key": "ab" * 32}, "other_signing_key"),
        ({"offer": ["1"]}, "content_malformed"),
        ({"more": 1}, "content_malformed"),
    ],
)
def test_a_content_that_is_not_this_bids_is_told(world: World, change: dict, fault) -> None:
    body = sealed(world)
    assert fault_of(world, with_content(world, content(body, **change), body)) == fault


def test_a_content_that_is_not_canonical_is_told(world: World) -> None:
    body = sealed(world)
    assert fault_of(world, with_content(world, b" {}", body)) == "content_malformed"


def test_a_content_with_words_in_its_padding_is_told(world: World) -> None:
    body = sealed(world)
    data = content(body).replace(b'"pad":" ', b'"pad":"x')
    assert fault_of(world, with_content(world, data, body)) == "content_malformed"


def test_a_content_that_its_bidder_did_not_sign_is_told(world: World) -> None:
    body = sealed(world)
    data = content(body).replace(b'"price":"1"', b'"price":"2"')
    assert fault_of(world, with_content(world, data, body)) == "bad_signature"


def test_keys_are_read_as_they_were_kept() -> None:
    keys = make_keys("Leyla")

    assert read_keys(keys.secret(), where="file") == keys
    assert keys.signing_secret not in repr(keys)
    assert keys.identity not in repr(keys)
    for content in ({}, [], {**keys.secret(), "identity": "x"}, {**keys.secret(), "name": 1, "x": 2},
                    {**keys.secret(), "signing_secret": "zz"}):  # fmt: skip
        with pytest.raises(InputError, match="these are no keys"):
            read_keys(content, where="file")


def test_canonical_content_is_whole_pads() -> None:
    assert len(pad_content({"a": "b"})) % 1024 == 0
    assert len(pad_content({"a": "b" * 1024})) == 2048
    assert canonical({"a": "b", "pad": ""})[:9] == pad_content({"a": "b"})[:9]
