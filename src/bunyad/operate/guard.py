"""Who may ask what of the server of live data: tokens by role and tenant, and how often."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bunyad.errors import Fault, InputError
from bunyad.operate.records.opening import FORM_OF_TENANTS

Role = Literal["reader", "device", "writer"]
READS = {"GET", "HEAD", "OPTIONS"}
_BROKER = "/ngsi-ld/v1"
QUERIES = {
    f"{_BROKER}{path}"
    for path in (
        "/entityOperations/query",
        "/temporal/entityOperations/query",
        "/entityMaps",
        "/temporal/entityMaps",
    )
}
DELETES = {f"{_BROKER}/entityOperations/delete"}
# what a device has no business with: where others' data come from, and what names mean
OF_WRITERS = tuple(
    f"{_BROKER}/{name}"
    for name in ("csourceRegistrations", "csourceSubscriptions", "jsonldContexts")
)
MAY_DELETE = "bunyad.may_delete"  # in a request's scope: for requests that hold others
OPEN_PATHS = {"/", "/health"}
# where other sources notify: what follows is a secret that the broker has told each of them
OPEN_TO_SOURCES = f"{_BROKER}/receivedNotifications/"
MOST_CLIENTS = 10_000  # clients whose requests are counted
EVERY_TENANT = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """
    What one token may do.

    Attributes
    ----------
    name
        Whose it is.
    sha256
        SHA-256 of the token, in hexadecimal digits: the token itself is kept nowhere.
    role
        `reader` asks, `device` asks and writes but deletes nothing and registers no sources or
        contexts, `writer` does everything.
    tenants
        Names of tenants (empty for the default one), or `*` for all.
    requests_per_s
        How often it may ask [1/s]; 0 is as often as it likes.
    """

    name: str
    sha256: str
    role: Role = "reader"
    tenants: tuple[str, ...] = ("",)
    requests_per_s: float = 0.0


def read_tokens(path: Path) -> dict[str, Token]:
    """
    Read the tokens that a server accepts.

    Parameters
    ----------
    path
        YAML file with the list `tokens`, each with `name`, `sha256` and, where they differ from
        the defaults, `role`, `tenants` and `requests_per_s`.

    Returns
    -------
    dict
        SHA-256 to token.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415  (only a server with tokens needs it)
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415  (likewise)

    try:
        document = YAML(typ="safe").load(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            f"the file of tokens cannot be read: {error.strerror}",
            where=str(path),
            mend="give a file that exists and can be read",
        ) from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file of tokens is no YAML: {error}", where=str(path), mend="mend its form"
        ) from None
    rows = document.get("tokens") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise InputError(
            "the file has no list of tokens", where=str(path), mend="write `tokens:` and a list"
        )
    faults: list[Fault] = []
    found: dict[str, Token] = {}
    for number, row in enumerate(rows):
        token = _token(row, f"{path}: tokens.{number}", faults)
        if token is not None:
            found[token.sha256] = token
    if faults:
        raise InputError.of(faults)
    return found


def _token(row: Any, where: str, faults: list[Fault]) -> Token | None:
    known = {"name", "sha256", "role", "tenants", "requests_per_s"}
    if not isinstance(row, dict):
        faults.append(Fault(where, "it is no mapping", "write name, sha256, role and tenants"))
        return None
    before = len(faults)
    faults.extend(
        Fault(f"{where}.{key}", "there is no such field", f"use {', '.join(sorted(known))}")
        for key in sorted(set(row) - known)
    )
    digest = str(row.get("sha256", "")).lower()
    if len(digest) != hashlib.sha256().digest_size * 2 or not _is_hex(digest):
        faults.append(Fault(f"{where}.sha256", "it is no SHA-256", "give 64 hexadecimal digits"))
    role = row.get("role", "reader")
    if role not in {"reader", "device", "writer"}:
        faults.append(Fault(f"{where}.role", f"{role!r} is none", "use reader, device or writer"))
    tenants = row.get("tenants", [""])
    tenants = [tenants] if isinstance(tenants, str) else tenants
    if not isinstance(tenants, list) or not all(_is_tenant(one) for one in tenants):
        faults.append(Fault(f"{where}.tenants", "it is no list of tenants", "name them, or *"))
    often = row.get("requests_per_s", 0)
    if not isinstance(often, int | float) or often < 0:
        faults.append(Fault(f"{where}.requests_per_s", f"it is {often!r}", "give 0 or more"))
    if len(faults) > before:
        return None
    return Token(
        name=str(row.get("name", digest[:8])), sha256=digest, role=role, tenants=tuple(tenants),
        requests_per_s=float(often),
    )  # fmt: skip


def client_of(address: str) -> str:
    """
    Return whose an address is: of IPv6, all of a network's 2^64 are one client's.

    Examples
    --------
    >>> client_of("2001:db8:1:2:3:4:5:6"), client_of("10.0.0.7")
    ('2001:db8:1:2::/64', '10.0.0.7')
    """
    if ":" not in address:
        return address
    plain = address.partition("%")[0]
    try:
        return str(ipaddress.IPv6Network((plain, 64), strict=False))
    except ValueError:
        return address


class Guard:
    """
    Lets requests through to an application, or answers 401, 403 or 429.

    Parameters
    ----------
    app
        ASGI application behind it.
    tokens
        SHA-256 to token; empty lets everybody through.
    requests_per_s
        How often one address may ask [1/s]; 0 is as often as it likes.
    """

    def __init__(
        self, app: Callable[..., Any], tokens: Mapping[str, Token] | None = None, *,
        requests_per_s: float = 0.0,
    ) -> None:  # fmt: skip
        self._app = app
        self._tokens = dict(tokens or {})
        self._often = requests_per_s
        self._left: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        client = client_of((scope.get("client") or ("",))[0])
        if self._often and not self._may_ask(client, self._often):
            await _refuse(send, 429, "Too Many Requests", "ask less often")
            return
        of_source = scope["method"] == "POST" and scope["path"].startswith(OPEN_TO_SOURCES)
        if self._tokens and not of_source:
            token = self._token_of(scope)
            if token is None:
                await _refuse(send, 401, "Unauthorized", "give a token that this server knows")
                return
            tenants = _tenants_of(scope)
            if len(tenants) > 1:  # the one that is judged must be the one that answers
                await _refuse(send, 400, "Bad Request", "name one tenant only")
                return
            if not may(token, scope["method"], scope["path"], "".join(tenants)):
                await _refuse(send, 403, "Forbidden", f"{token.name} may not do this")
                return
            scope[MAY_DELETE] = token.role == "writer"
            # the token is this server's: nobody behind it may pass it on to another
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
            if token.requests_per_s and not self._may_ask(token.sha256, token.requests_per_s):
                await _refuse(send, 429, "Too Many Requests", "ask less often")
                return
        await self._app(scope, receive, send)

    def _token_of(self, scope: Any) -> Token | None:
        for key, value in scope["headers"]:
            if key == b"authorization" and value[:7].lower() == b"bearer ":
                digest = hashlib.sha256(value[7:].strip()).hexdigest()
                for known, token in self._tokens.items():
                    if hmac.compare_digest(known, digest):
                        return token
        return None

    def _may_ask(self, client: str, often: float) -> bool:
        """Take a request from the client's share, which fills up again as time goes by."""
        now = time.monotonic()
        if len(self._left) > MOST_CLIENTS:  # those who asked long ago have their share again
            for other in list(self._left)[: MOST_CLIENTS // 2]:
                del self._left[other]
        most = max(1.0, 2 * often)
        left, then = self._left.pop(client, (most, now))
        left = min(most, left + (now - then) * often)
        if left < 1:
            self._left[client] = (left, now)
            return False
        self._left[client] = (left - 1, now)
        return True


def may(token: Token, method: str, path: str, tenant: str) -> bool:
    """
    Tell whether a token may do something.

    Examples
    --------
    >>> meter = Token(name="meter", sha256="", role="device", tenants=("aghali",))
    >>> may(meter, "POST", "/ngsi-ld/v1/entities", "aghali")
    True
    >>> may(meter, "DELETE", "/ngsi-ld/v1/entities", "aghali")
    False
    """
    if EVERY_TENANT not in token.tenants and tenant not in token.tenants:
        return False
    place = path.rstrip("/")
    if method in READS or (method == "POST" and place in QUERIES):
        return True
    if token.role == "reader":
        return False
    if token.role == "writer":
        return True
    if place in DELETES or place.startswith(OF_WRITERS):
        return False
    return method in {"POST", "PATCH", "PUT"}


async def _refuse(send: Any, status: int, title: str, detail: str) -> None:
    body = (
        f'{{"type":"about:blank","title":"{title}","detail":"{detail}","status":{status}}}'
    ).encode()
    headers = [
        (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)),
        *([(b"www-authenticate", b"Bearer")] if status == 401 else []),
        *([(b"retry-after", b"1")] if status == 429 else []),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _tenants_of(scope: Any) -> list[str]:
    return [
        str(value.decode("latin-1")) for key, value in scope["headers"] if key == b"ngsild-tenant"
    ]


def _is_hex(text: str) -> bool:
    return all(one in "0123456789abcdef" for one in text)


def _is_tenant(value: Any) -> bool:
    return isinstance(value, str) and (
        value in {"", EVERY_TENANT} or FORM_OF_TENANTS.fullmatch(value) is not None
    )
