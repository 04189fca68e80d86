"""Asking services: polite, patient, resumable, and plain about what went wrong."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import fetching
import pytest
from fetching import Clock, Net, answer, served
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import SourceError
from bunyad.region.fetch import Cache, Service, TransportError, Want, default_cache_folder
from bunyad.region.fetch.client import public_url

SERVICE = Service(
    name="somewhere",
    title="A service",
    origin="measured",
    licence="none",
    pause_s=2,
    spacing_degrees=0,
    note="",
)
URL = "https://data.example/file"
TIFF = b"II*\x00" + bytes(range(256)) * 40


def want(**fields) -> Want:
    return Want(**{"service": SERVICE, "url": URL, "kind": "tiff", **fields})


def test_what_was_fetched_once_is_not_asked_for_again(tmp_path: Path) -> None:
    net = Net({URL: served(TIFF)})

    first = fetching.client(net, tmp_path).fetch(want())
    second = fetching.client(net, tmp_path).fetch(want())

    assert first == second
    assert first is not None
    assert first.read_bytes() == TIFF
    assert first.name == hashlib.sha256(TIFF).hexdigest(), "content-addressed"
    assert len(net.asked) == 1


def test_refresh_asks_again_but_once(tmp_path: Path) -> None:
    fetching.client(Net({URL: served(TIFF)}), tmp_path).fetch(want())
    net = Net({URL: served(TIFF + b"new", etag='"v2"')})
    client = fetching.client(net, tmp_path, refresh=True)

    path = client.fetch(want())
    client.fetch(want())

    assert path is not None
    assert path.read_bytes() == TIFF + b"new"
    assert len(net.asked) == 1


def test_a_damaged_cache_is_noticed_and_mended(tmp_path: Path) -> None:
    client = fetching.client(Net({URL: served(TIFF)}), tmp_path)
    path = client.fetch(want())
    assert path is not None
    path.write_bytes(b"II*\x00 rotten")

    again = client.fetch(want())

    assert again is not None
    assert again.read_bytes() == TIFF


@given(cut=st.integers(1, len(TIFF) - 1))
def test_a_broken_download_goes_on_where_it_stopped(cut: int, tmp_path_factory) -> None:
    net = Net({URL: [answer(TIFF, breaks_at=cut, etag='"v1"'), served(TIFF)]})

    path = fetching.client(net, tmp_path_factory.mktemp("cache")).fetch(want())

    assert path is not None
    assert path.read_bytes() == TIFF
    assert net.asked[1][2] == (cut, None), "only the rest"
    assert net.asked[1][1]["If-Range"] == '"v1"'


def test_a_download_goes_on_in_another_run(tmp_path: Path) -> None:
    broken = Net({URL: lambda *_: answer(TIFF, breaks_at=5_000, etag='"v1"')})
    with pytest.raises(SourceError, match="the line broke"):
        fetching.client(broken, tmp_path).fetch(want())
    net = Net({URL: served(TIFF)})

    path = fetching.client(net, tmp_path).fetch(want())

    assert path is not None
    assert path.read_bytes() == TIFF
    assert net.asked[0][2] is not None


def test_a_file_that_changed_meanwhile_is_fetched_anew(tmp_path: Path) -> None:
    other = b"II*\x00" + b"other" * 3_000
    net = Net({URL: [answer(TIFF, breaks_at=5_000, etag='"v1"'), served(other, etag='"v2"')]})

    path = fetching.client(net, tmp_path).fetch(want())

    assert path is not None
    assert path.read_bytes() == other


def test_without_a_validator_a_broken_download_starts_anew(tmp_path: Path) -> None:
    net = Net({URL: [answer(TIFF, breaks_at=5_000), answer(TIFF)]})

    path = fetching.client(net, tmp_path).fetch(want())

    assert path is not None
    assert path.read_bytes() == TIFF
    assert net.asked[1][2] is None


def test_a_refused_rest_starts_anew(tmp_path: Path) -> None:
    net = Net({URL: [answer(TIFF, breaks_at=5_000, etag='"v1"'), answer(status=416), served(TIFF)]})

    path = fetching.client(net, tmp_path).fetch(want())

    assert path is not None
    assert path.read_bytes() == TIFF


def test_a_busy_service_is_given_the_time_that_it_asks_for(tmp_path: Path) -> None:
    date = "Fri, 02 Jan 2026 00:01:30 GMT"
    net = Net(
        {
            URL: [
                answer("slow down", status=429, retry_after="45"),
                answer("slow down", status=503, retry_after=date),
                answer("overload", status=529),
                served(TIFF),
            ]
        }
    )
    clock, said = Clock(), []

    fetching.client(net, tmp_path, clock, say=said.append).fetch(want())

    assert clock.slept[:3] == [45, 90, 20], "asked, asked by date, own patience doubled twice"
    assert "status 429: slow down; trying again in 45 s" in said[0]


def test_a_quota_that_lasts_long_ends_with_a_message(tmp_path: Path) -> None:
    net = Net(
        {
            URL: answer(
                '{"reason": "Daily API request limit exceeded."}', status=429, retry_after="3600"
            )
        }
    )
    clock = Clock()

    with pytest.raises(
        SourceError, match=r"Daily API request limit exceeded; it asks to wait 3600 s"
    ):
        fetching.client(net, tmp_path, clock).fetch(want())

    assert not clock.slept


def test_requests_keep_the_pause_of_the_service(tmp_path: Path) -> None:
    net, clock = Net({URL: served(TIFF)}), Clock()
    client = fetching.client(net, tmp_path, clock)

    client.fetch(want())
    clock.seconds += 0.5
    client.fetch(want(url=URL + "/2"))
    clock.seconds += 10
    client.fetch(want(url=URL + "/3"))

    assert clock.slept == [1.5]


def test_an_absent_file_is_no_fault(tmp_path: Path) -> None:
    assert fetching.client(Net(), tmp_path).fetch(want(absent=frozenset({404}))) is None


CASES = {
    "not found": (answer("<p>gone</p>", status=404), "status 404: gone. Check the box"),
    "bad request": (
        answer('{"message": "lat: Incorrect value. key=abc", "status": 400}', status=400),
        r"status 400: lat: Incorrect value\. key=…",
    ),
    "list of faults": (answer('{"detail": [{"msg": "bad"}]}', status=422), "status 422: .*bad"),
    "no access": (answer(status=401), "status 401. Give a valid key"),
    "server error": (lambda *_: answer(status=500), r"status 500 \(5 tries\)\. Try again later"),
    "no line": (
        TransportError("ConnectTimeout: timed out"),
        r"no answer \(ConnectTimeout: timed out\) \(5 tries\)",
    ),
    "a page": (
        answer("<!DOCTYPE html><h1>Maintenance</h1>", content_type="text/html"),
        "it answered a web page: Maintenance",
    ),
    "another kind": (answer(b"PK\x03\x04zip"), "the answer is no tiff file"),
    "nothing": (answer(b""), "the answer is empty"),
    "a short file": (
        lambda *_: answer(TIFF[:100], content_length="5000"),
        "the file broke off at 100 of 5,000 bytes",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_names_service_address_what_and_what_to_do(case: str, tmp_path: Path) -> None:
    given_answer, message = CASES[case]
    url = URL + "?lat=1&api_key=topsecret"

    with pytest.raises(SourceError) as refused:
        fetching.client(Net({URL: given_answer}), tmp_path).fetch(want(url=url))

    text = str(refused.value)
    assert re.search(message, text), text
    assert text.startswith("somewhere (https://data.example/file?lat=1&api_key=…): ")
    assert "topsecret" not in text
    assert text.endswith("."), "ends with what to do"
    assert not list((tmp_path / "blobs").rglob("*")), "nothing wrong is kept"


def test_a_wrong_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"SHA-256 is .*…, not 000000000000…"):
        fetching.client(Net({URL: served(TIFF)}), tmp_path).fetch(want(sha256="0" * 64))


def test_parts_of_a_file_are_read_alone(tmp_path: Path) -> None:
    net = Net({URL: served(TIFF)})
    client = fetching.client(net, tmp_path)

    assert client.size(want()) == len(TIFF)
    assert client.need(want(byte_range=(10, 19))).read_bytes() == TIFF[10:20]


def test_a_server_without_parts_is_told_of(tmp_path: Path) -> None:
    client = fetching.client(Net({URL: lambda *_: answer(TIFF)}), tmp_path)

    with pytest.raises(SourceError, match="does not serve parts"):
        client.size(want())
    with pytest.raises(SourceError, match="does not serve parts"):
        client.fetch(want(byte_range=(0, 9)))


def test_json_that_is_none_is_refused_and_forgotten(tmp_path: Path) -> None:
    net = Net({URL: [answer('{"a": '), answer('{"a": 1}')]})
    client = fetching.client(net, tmp_path)

    with pytest.raises(SourceError, match="the answer is no JSON"):
        client.json(want(kind="json"))

    assert client.json(want(kind="json")) == {"a": 1}


def test_secrets_never_show() -> None:
    shown = public_url("https://me:pw@h.example/a?X-Amz-Signature=1&token=2&lat=3&appid=4#f")

    assert shown == "https://h.example/a?X-Amz-Signature=…&token=…&lat=3&appid=…"


def test_the_cache_is_where_the_user_wants_it(tmp_path: Path) -> None:
    assert default_cache_folder({"BUNYAD_CACHE": str(tmp_path)}) == tmp_path
    assert default_cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/bunyad")
    assert default_cache_folder({}).name == "bunyad"


def test_the_index_of_the_cache_holds_no_secret(tmp_path: Path) -> None:
    fetching.client(Net({URL: served(TIFF)}), tmp_path).fetch(want(url=URL + "?token=abc"))

    assert all("abc" not in path.read_text() for path in (tmp_path / "index").iterdir())
    assert Cache(tmp_path).find("never asked") is None
