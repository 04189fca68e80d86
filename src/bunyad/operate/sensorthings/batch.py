"""Several requests in one: `$batch`, as JSON or as multipart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from bunyad.operate.records import Tenant
from bunyad.operate.sensorthings.change import change, create_observations
from bunyad.operate.sensorthings.changes.bodies import check_body
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.language.paths import parse_path, read_name
from bunyad.operate.sensorthings.message import Reply, Request, refuse, split_address, tell
from bunyad.operate.sensorthings.refusals import NotForYou, Refusal

if TYPE_CHECKING:
    from bunyad.operate.sensorthings.service import Service

MOST_PARTS = 1000
_REFERENCE = re.compile(r"\$([\w\-]+)")


@dataclass(slots=True)
class Part:
    """One request of a batch: its identifier, its change set (none: alone), what it asks."""

    name: str
    group: str
    request: Request


@dataclass(slots=True)
class _Names:
    """Addresses of the entities that parts made, by the parts' identifiers."""

    made: dict[str, str] = field(default_factory=dict)

    def note(self, part: Part, reply: Reply) -> None:
        location = dict(reply.headers).get("location")
        if part.name and location:
            self.made[part.name] = location

    def put(self, request: Request) -> Request:
        """Return a request with `$name` put right in its path and its body."""
        if not self.made:
            return request
        path = _REFERENCE.sub(self._in_path, request.path)
        content = request.content
        if b'"$' in content:
            content = orjson.dumps(self._in_body(orjson.loads(content)))
        return replace(request, path=path, content=content)

    def _in_path(self, found: re.Match[str]) -> str:
        made = self.made.get(found.group(1))
        return found.group() if made is None else made.rpartition("/")[2]

    def _in_body(self, it: Any) -> Any:
        if isinstance(it, dict):
            return {name: self._in_body(each) for name, each in it.items()}
        if isinstance(it, list):
            return [self._in_body(each) for each in it]
        if isinstance(it, str) and it.startswith("$") and it[1:] in self.made:
            return read_name(self.made[it[1:]].rpartition("(")[2][:-1])
        return it


async def answer_batch(service: Service, tenant: Tenant, request: Request) -> Reply:
    """
    Answer the requests of a batch, one after the other; a change set as a whole or not at all.

    Raises
    ------
    Refusal
        If the batch cannot be read.
    """
    media = request.headers.get("content-type", "")
    multipart = media.lower().startswith("multipart/mixed")
    parts = _read_multipart(request, media) if multipart else _read_json(request)
    if len(parts) > MOST_PARTS:
        raise Refusal(f"{len(parts)} requests", where="$batch", mend=f"send {MOST_PARTS}")
    for part in parts:  # also of a batch within
        part.request.may_delete = request.may_delete
    if not request.may_delete and any(part.request.method == "DELETE" for part in parts):
        raise NotForYou("the batch deletes", where="$batch", mend="ask as one who may delete")
    answers: list[tuple[Part, Reply]] = []
    names = _Names()
    at = 0
    while at < len(parts):
        end = at + 1
        while parts[at].group and end < len(parts) and parts[end].group == parts[at].group:
            end += 1
        answers += await _run(service, tenant, parts[at:end], names)
        at = end
    return _write_multipart(answers) if multipart else _write_json(answers)


async def _run(
    service: Service, tenant: Tenant, parts: list[Part], names: _Names
) -> list[tuple[Part, Reply]]:
    if not parts[0].group:
        part = parts[0]
        reply = await service.answer(tenant, names.put(part.request))
        names.note(part, reply)
        return [(part, reply)]
    replies: list[Reply] = []

    def whole(work: Work) -> Reply:
        own = _Names(dict(names.made))
        for part in parts:
            request = own.put(part.request)
            if request.path.strip("/") == "CreateObservations":
                reply = create_observations(work, request)
            else:
                reply = change(work, request, parse_path(request.path))
            own.note(part, reply)
            replies.append(reply)
        return Reply()

    try:
        await service.write(tenant, whole)
    except Refusal as refusal:
        return [(part, refuse(refusal)) for part in parts]
    for part, reply in zip(parts, replies, strict=True):
        names.note(part, reply)
    return list(zip(parts, replies, strict=True))


def _read_json(request: Request) -> list[Part]:
    body = check_body(request.content)
    items = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise Refusal("there are no requests", where="$batch", mend='send {"requests": [{…}]}')
    parts = []
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("url"), str):
            raise Refusal("a request lacks its url", where="$batch", mend="give method and url")
        path, query = split_address(item["url"], request.base)
        content = b"" if "body" not in item else orjson.dumps(item["body"])
        headers = item.get("headers")
        own = {}
        if isinstance(headers, dict):
            own = {str(name).lower(): str(it) for name, it in headers.items()}
        method = str(item.get("method", "get")).upper()
        parts.append(
            Part(
                str(item.get("id", "")),
                str(item.get("atomicityGroup") or ""),
                Request(method, path, query, request.base, content, own),
            )
        )
    return parts


def _write_json(answers: list[tuple[Part, Reply]]) -> Reply:
    responses = []
    for part, reply in answers:
        response: dict[str, Any] = {"id": part.name, "status": reply.status}
        location = dict(reply.headers).get("location")
        if location:
            response["location"] = location
        if reply.body:
            json = reply.media.startswith("application/json")
            response["body"] = orjson.Fragment(reply.body) if json else reply.body.decode()
        responses.append(response)
    return tell({"responses": responses})


def _boundary(media: str) -> str:
    found = re.search(r'boundary="?([^";,]{1,200})"?', media)
    if not found:
        raise Refusal("there is no boundary", where="content-type", mend="name the boundary")
    return found.group(1).strip()


def _chunks(text: str, boundary: str) -> list[str]:
    pieces = re.split(rf"(?:^|\n)--{re.escape(boundary)}(--)?[ \t]*(?=\n|$)", text)
    chunks = []
    for at in range(2, len(pieces), 2):
        if pieces[at - 1]:
            break
        chunks.append(pieces[at].removeprefix("\n"))
    return chunks


def _headers(text: str) -> tuple[dict[str, str], str]:
    head, _, rest = text.partition("\n\n")
    if text.startswith("\n"):
        head, rest = "", text[1:]
    headers = {}
    for line in head.split("\n"):
        name, colon, it = line.partition(":")
        if colon:
            headers[name.strip().lower()] = it.strip()
    return headers, rest


def _read_multipart(request: Request, media: str) -> list[Part]:
    try:
        text = request.content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refusal("the batch is not in UTF-8", where="$batch", mend="send UTF-8") from None
    parts: list[Part] = []
    for chunk in _chunks(text, _boundary(media)):
        headers, rest = _headers(chunk)
        inner = headers.get("content-type", "")
        if inner.lower().startswith("multipart/mixed"):
            group = _boundary(inner)
            for own in _chunks(rest, group):
                own_headers, own_rest = _headers(own)
                parts.append(_part(own_headers, own_rest, group, request.base))
        else:
            parts.append(_part(headers, rest, "", request.base))
    return parts


def _part(headers: Mapping[str, str], text: str, group: str, base: str) -> Part:
    line, _, rest = text.lstrip("\n").partition("\n")
    words = line.strip().split(" ")
    if words and words[-1].upper().startswith("HTTP/"):
        words.pop()
    if len(words) < 2:  # a method and an address
        raise Refusal(f"'{line[:60]}' is no request", where="$batch", mend="GET Things HTTP/1.1")
    own, content = _headers(rest)
    path, query = split_address(" ".join(words[1:]), base)
    request = Request(words[0].upper(), path, query, base, content.strip().encode(), own)
    return Part(headers.get("content-id", ""), group, request)


def _write_multipart(answers: list[tuple[Part, Reply]]) -> Reply:
    boundary = f"batch_{uuid4()}"
    lines: list[str] = []
    at = 0
    while at < len(answers):
        group = answers[at][0].group
        end = at + 1
        while group and end < len(answers) and answers[end][0].group == group:
            end += 1
        lines.append(f"--{boundary}")
        if group:
            inner = f"changeset_{uuid4()}"
            lines += [f"Content-Type: multipart/mixed; boundary={inner}", ""]
            for part, reply in answers[at:end]:
                lines += [f"--{inner}", *_written(part, reply)]
            lines.append(f"--{inner}--")
        else:
            lines += _written(*answers[at])
        at = end
    lines.append(f"--{boundary}--")
    text = "\r\n".join([*lines, ""])
    return Reply(200, text.encode(), f"multipart/mixed; boundary={boundary}")


def _written(part: Part, reply: Reply) -> list[str]:
    lines = ["Content-Type: application/http"]
    if part.name:
        lines.append(f"Content-ID: {part.name}")
    lines += ["", f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    if reply.body:
        lines.append(f"Content-Type: {reply.media}")
    lines += [f"{name.title()}: {it}" for name, it in reply.headers]
    return [*lines, "", reply.body.decode()]
