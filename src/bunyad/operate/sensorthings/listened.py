"""
Topics that clients subscribed to at the MQTT broker, other than those that every change has anyway.

OGC 18-088, clause 14.2, lets clients subscribe to `v1.1/Observations?$select=result` and to longer
paths. Which of them somebody listens to is known to the MQTT broker only; mosquitto tells it where
its settings have `log_dest topic`, `log_type subscribe` and `log_type unsubscribe`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import orjson

from bunyad.operate.sensorthings.answers.fetch import Fetcher
from bunyad.operate.sensorthings.answers.find import Place, find_place
from bunyad.operate.sensorthings.changes.work import Touched
from bunyad.operate.sensorthings.language.options import Options
from bunyad.operate.sensorthings.language.paths import Resource, parse_path
from bunyad.operate.sensorthings.message import Request
from bunyad.operate.sensorthings.read import ending, read_member
from bunyad.operate.sensorthings.refusals import NotThere, Refusal

ROOT = "v1.1"
LOG = "$SYS/broker/log/M/"
MOST = 200  # topics known at one time; beyond, the one heard of longest ago is forgotten
MOST_CLIENTS = 50  # of one topic; who comes back under another name never unsubscribes
LONGEST_S = 1.0  # seconds that one topic's message may take; beyond, the topic is forgotten
OWN = "bunyad-sensorthings-"  # how the names of the service's own clients begin
_TOPICS = rf"((?:{re.escape(ROOT)}/|\+/|#).*)"
_LINES = {
    f"{LOG}subscribe": re.compile(rf"(?:\S+: )?(.*?) [012] {_TOPICS}"),
    f"{LOG}unsubscribe": re.compile(rf"(?:\S+: )?(.*?) {_TOPICS}"),
}
_OF_TIMES = re.compile(
    rf"(?:{re.escape(ROOT)}|\+)/(?:.*/)?(?:Multi)?Datastreams(?:\([^/]*\))?(?:/\w+)?"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: as it was subscribed, the path in it, the query options in it."""

    text: str
    resource: Resource
    options: Options


def read_topic(text: str) -> Topic | None:
    """
    Read a topic; none where it names nothing, or is one that every change has anyway.

    Examples
    --------
    >>> read_topic("v1.1/Things?$select=name").options.select
    ('name',)
    >>> read_topic("v1.1/Things(1)/Datastreams"), read_topic("v1.1/#")
    (None, None)
    """
    if not text.startswith(f"{ROOT}/") or {"+", "#"} & set(text.split("/")):
        return None
    path, mark, query = text.removeprefix(ROOT).partition("?")
    try:
        resource = parse_path(unquote(path))
        options = Request("GET", path, query).options()
    except Refusal:
        return None
    if resource.ending or not resource.steps or (not mark and _is_told_anyway(resource)):
        return None
    return Topic(text, resource, options)


def _is_told_anyway(resource: Resource) -> bool:
    last = resource.steps[-1]
    if len(resource.steps) == 1:
        return len(resource.member) <= 1
    return len(resource.steps) == 2 and last.many and not resource.member  # a set of an entity


def fits(topic: str, listened: str) -> bool:
    """
    Tell whether somebody who listens hears a topic (MQTT 5, 4.7).

    Examples
    --------
    >>> fits("v1.1/Things(1)", "v1.1/+"), fits("v1.1/Things(1)/name", "v1.1/+"), fits("v1.1", "#")
    (True, False, True)
    """
    parts, told = listened.split("/"), topic.split("/")
    if parts[-1] == "#":
        parts.pop()
        told = told[: len(parts)]
    return len(parts) == len(told) and all(
        one in {"+", other} for one, other in zip(parts, told, strict=True)
    )


def may_tell_times(text: str) -> bool:
    """
    Tell whether who listens to a topic may hear of the times of Datastreams.

    Examples
    --------
    >>> [may_tell_times(text) for text in ("v1.1/Datastreams(1)", "v1.1/+", "v1.1/Things")]
    [True, True, False]
    """
    return bool({"+", "#"} & set(text.split("/"))) or _OF_TIMES.fullmatch(text) is not None


class Listened:
    """
    The topics that somebody listens to.

    Parameters
    ----------
    known
        Those known from before, each with the clients that listen.

    Attributes
    ----------
    is_told
        Whether the MQTT broker tells who listens to what.
    """

    def __init__(self, known: Iterable[tuple[str, list[str]]] = ()) -> None:
        self._clients: dict[str, list[str]] = {}
        self._topics: dict[str, Topic] = {}
        for text, clients in known:
            self._add(text, clients)
        self.is_told = bool(self._clients)

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self._topics)

    def __iter__(self) -> Iterator[Topic]:
        """Go through the topics."""
        return iter(list(self._topics.values()))

    def hear(self, place: str, line: str) -> set[str]:
        """
        Take a line of the MQTT broker's log; return the topics whose listeners changed by it.

        Parameters
        ----------
        place
            The log's own topic.
        line
            What it said.
        """
        pattern = _LINES.get(place)
        found = pattern.fullmatch(line) if pattern else None
        self.is_told = self.is_told or pattern is not None
        if not found or found[1].startswith(OWN):
            return set()
        client, text = found.groups()
        if place.endswith("/subscribe"):
            return self._add(text, [client])
        if client not in self._clients.get(text, ()):
            return set()
        self._clients[text].remove(client)
        if not self._clients[text]:
            self.forget(text)
        return {text}

    def _add(self, text: str, clients: Iterable[str]) -> set[str]:
        topic = read_topic(text)
        if topic is None and not may_tell_times(text):
            return set()
        listening = self._clients.pop(text, [])
        new = [each for each in clients if each not in listening]
        changed = {text} if new else set()
        self._clients[text] = [*listening, *new][-MOST_CLIENTS:]
        if topic is not None:
            self._topics[text] = topic
        if len(self._clients) > MOST:
            oldest = next(iter(self._clients))
            self.forget(oldest)
            changed.add(oldest)
        return changed

    @property
    def wants_times(self) -> bool:
        """Return whether somebody may listen to the times of Datastreams."""
        return not self.is_told or bool(self._clients)

    def hears(self, topic: str) -> bool:
        """Tell whether somebody may listen to a topic that every change has."""
        return not self.is_told or any(
            fits(topic, text) for text in self._clients if text not in self._topics
        )

    def clients(self, text: str) -> list[str]:
        """Return the clients that listen to a topic."""
        return list(self._clients.get(text, ()))

    def forget(self, text: str) -> None:
        """Know a topic no longer."""
        self._clients.pop(text, None)
        self._topics.pop(text, None)


def message_of(fetcher: Fetcher, topic: Topic, touched: Touched) -> bytes | None:
    """
    Return what a topic tells of an entity that was made or changed; none where it tells nothing.

    Parameters
    ----------
    fetcher
        What reads the entity.
    topic
        The topic.
    touched
        Which entity, and which of its properties changed.

    Raises
    ------
    Refusal
        If the topic's options cannot be followed.
    """
    if topic.resource.steps[-1].kind.name != touched.kind:
        return None
    with ending(fetcher.db, LONGEST_S):
        try:
            place = find_place(fetcher.db, topic.resource.steps)
        except NotThere:
            return None
        if place.key is None:
            found = bool(fetcher.keys(place, topic.options, only=touched.key))
        else:
            found = place.key == touched.key and bool(touched.changed)
        return _message(fetcher, topic, place, touched) if found else None


def _message(fetcher: Fetcher, topic: Topic, place: Place, touched: Touched) -> bytes | None:
    if topic.resource.member:
        if topic.resource.member[0] not in touched.changed:
            return None
        last = topic.resource.member[-1]
        return read_member(fetcher, place, topic.resource).body or orjson.dumps({str(last): None})
    told = fetcher.one(place.kind, touched.key, topic.options)
    return None if told is None else orjson.dumps(told)
