"""The real transport against a server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bunyad.errors import SourceError
from bunyad.region.fetch import Cache, Client, HttpTransport, TransportError, Want, services

CONTENT = b"II*\x00" + bytes(range(250)) * 100


class Handler(BaseHTTPRequestHandler):
    """Serves one file with ranges, a redirect, and one whose line breaks the first time."""

    seen: list[dict[str, str]]
    broke = False

    def do_GET(self) -> None:
        type(self).seen.append(dict(self.headers))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        first = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        body = CONTENT[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"one"')
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        if self.path == "/breaks" and not type(self).broke:
            type(self).broke = True
            self.wfile.write(body[:7_000])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[tuple[str, list[dict[str, str]]]]:
    handler = type("Fresh", (Handler,), {"seen": [], "broke": False})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}", handler.seen
        running.shutdown()
        thread.join()


def test_a_file_comes_over_a_real_line_also_when_it_breaks(served, tmp_path: Path) -> None:
    server, _seen = served
    transport = HttpTransport()
    client = Client(transport=transport, cache=Cache(tmp_path), sleep=lambda _s: None)
    service = services()["box"]

    for path in ("/file", "/moved", "/breaks"):
        found = client.need(Want(service=service, url=server + path, kind="tiff"))
        assert found.read_bytes() == CONTENT
    with pytest.raises(SourceError, match="status 404"):
        client.need(Want(service=service, url=server + "/missing", kind="tiff"))
    transport.close()


def test_the_server_sees_who_asks_and_for_what(served) -> None:
    server, seen = served
    transport = HttpTransport()

    transport.get(server + "/file", {}, (5, 9)).read()
    transport.close()

    assert seen[0]["User-Agent"].startswith("bunyad/")
    assert seen[0]["Range"] == "bytes=5-9"
    assert seen[0]["Accept-Encoding"] == "identity", "lengths are those of the file"


def test_a_server_that_is_not_there_is_a_transport_error() -> None:
    transport = HttpTransport()
    with pytest.raises(TransportError, match="ConnectError"):
        transport.get("http://127.0.0.1:1/", {}, None)
    transport.close()
