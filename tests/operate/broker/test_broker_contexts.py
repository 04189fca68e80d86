"""Names as IRIs and back."""

from __future__ import annotations

import asyncio
import http.server
import json
import string
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.operate.broker.contexts import CORE_URL, Context, Contexts, Documents, is_core
from bunyad.operate.broker.problems import Problem

VOCABULARY = "https://uri.etsi.org/ngsi-ld/default-context/"


def compiled(source: Any, documents: Documents | None = None) -> Context:
    return asyncio.run(Contexts(documents).of(source))


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("location", "https://uri.etsi.org/ngsi-ld/location"),
        ("description", "http://purl.org/dc/terms/description"),
        ("temperature", VOCABULARY + "temperature"),
        ("ngsi-ld:location", "https://uri.etsi.org/ngsi-ld/location"),
        ("https://example.org/a", "https://example.org/a"),
        ("urn:a:b", "urn:a:b"),
    ],
)
def test_the_core_context_names_what_the_standard_names(name: str, iri: str) -> None:
    assert compiled(None).expand(name) == iri


def test_terms_see_those_before_them_and_the_core_ones_stand_above() -> None:
    context = compiled([
        {"ex": "https://example.org/", "lamp": "ex:Lamp", "@vocab": "https://own.org/"},
        {"light": "lamp", "old": {"@id": "ex:old", "@type": "@id"}, "bare": None,
         "location": "https://bad.org/location", "own": {"@type": "@id"}},
    ])  # fmt: skip

    assert context.expand("light") == context.expand("lamp") == "https://example.org/Lamp"
    assert context.expand("old") == "https://example.org/old"
    assert context.expand("location") == "https://uri.etsi.org/ngsi-ld/location"
    assert context.expand("own") == "https://own.org/own"
    assert context.compact("https://example.org/Lamp") == "lamp"
    assert context.compact("https://example.org/other") == "ex:other"
    assert context.compact("https://elsewhere.org/x") == "https://elsewhere.org/x"


@given(st.text(string.ascii_letters, min_size=1), st.dictionaries(
    st.text(string.ascii_letters, min_size=1), st.text(string.ascii_letters, min_size=1)))  # fmt: skip
def test_what_is_compacted_expands_to_the_same(name: str, terms: dict[str, str]) -> None:
    context = compiled({term: f"https://example.org/{end}" for term, end in terms.items()})

    for iri in (context.expand(name), f"https://example.org/{name}", VOCABULARY + name):
        assert context.expand(context.compact(iri)) == iri


@pytest.mark.parametrize("version", ["", "-v1.3", "-v1.6", "-v1.8", "-v1.9"])
def test_every_version_of_the_core_context_is_known(version: str) -> None:
    address = f"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context{version}.jsonld"

    assert is_core(address)
    assert compiled(address).expand("observationSpace").endswith("/observationSpace")


def test_what_the_operator_kept_needs_no_network(tmp_path: Path) -> None:
    document = {"@context": ["https://models.example/more.jsonld", {"Lamp": "https://a.example/L"}]}
    folder = Documents(tmp_path)
    folder.keep("https://models.example/context.jsonld", document)
    folder.keep("https://models.example/more.jsonld", {"@context": {"lux": "https://a.example/l"}})

    context = compiled("https://models.example/context.jsonld", Documents(tmp_path))

    assert context.expand("Lamp") == "https://a.example/L"
    assert context.expand("lux") == "https://a.example/l"
    assert context.expand("isParked") == VOCABULARY + "isParked"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("https://nowhere.example/context.jsonld", "LdContextNotAvailable"),
        ("no address", "BadRequestData"),
        (5, "BadRequestData"),
        ([["x"]], "BadRequestData"),
        ("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-none.jsonld", "LdContextNotAvailable"),
    ],
)  # fmt: skip
def test_contexts_that_cannot_be_had_are_told(source: Any, kind: str) -> None:
    with pytest.raises(Problem) as caught:
        compiled(source)

    assert caught.value.type.endswith(kind)


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ('<https://a.org/c>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"',
         "https://a.org/c"),
        ('<https://a.org/next>; rel="next"', None),
        ('<https://a.org/n>;rel="next", <https://a.org/c>;rel="http://www.w3.org/ns/json-ld#context"',
         "https://a.org/c"),
        ("nonsense", None),
    ],
)  # fmt: skip
def test_the_link_header_names_the_context(header: str, address: str | None) -> None:
    assert Contexts().linked_address(header) == address


class _Served(http.server.BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, bytes, str]]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, body, location = self.answers.get(self.path, (404, b"", ""))
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def served() -> Iterator[tuple[str, type[_Served]]]:
    class Handler(_Served):
        pass

    Handler.answers, Handler.asked = {}, []

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_contexts_of_this_machine_are_fetched_once_and_kept(
    served: tuple[str, type[_Served]], tmp_path: Path
) -> None:
    base, handler = served
    document = {"@context": ["inner.jsonld", {"Lamp": "https://a.org/Lamp"}]}
    inner = {"@context": {"power": "https://a.org/power"}}
    handler.answers["/c/outer.jsonld"] = (200, json.dumps(document).encode(), "")
    handler.answers["/c/inner.jsonld"] = (200, json.dumps(inner).encode(), "")

    context = compiled(f"{base}/c/outer.jsonld", Documents(tmp_path))
    again = compiled(f"{base}/c/outer.jsonld", Documents(tmp_path))

    assert context.expand("power") == again.expand("power") == "https://a.org/power"
    assert handler.asked == ["/c/outer.jsonld", "/c/inner.jsonld"]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/none", (404, b"", "")),
        ("/text", (200, b"no json", "")),
        ("/empty", (200, b"{}", "")),
        ("/away", (302, b"", "https://nowhere.example/context.jsonld")),
        ("/round", (302, b"", "/round")),
        ("/self", (200, b'{"@context": "self"}', "")),
    ],
)
def test_contexts_that_are_none_or_lead_away_are_not_taken(
    served: tuple[str, type[_Served]], path: str, answer: tuple[int, bytes, str]
) -> None:
    base, handler = served
    handler.answers[path] = answer

    with pytest.raises(Problem) as caught:
        compiled(base + path)

    assert caught.value.type.endswith("LdContextNotAvailable")


def test_the_answer_names_the_core_context_of_the_standard() -> None:
    assert is_core(CORE_URL)
