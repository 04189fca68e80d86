"""A SensorThings service in memory's reach: asked without a network, and the trees it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import orjson
import psycopg
import pytest
from store.postgresql import database_of

from bunyad.operate.records import Records, open_records
from bunyad.operate.sensorthings.app import SensorThings
from bunyad.operate.sensorthings.service import Service

ROOT = "http://village.example/sensorthings/v1.1"
POINT = {"type": "Point", "coordinates": [-117.05, 51.05]}
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"

EMPTY = """
DO $$ DECLARE it RECORD; BEGIN
  FOR it IN SELECT * FROM pg_tables
    WHERE schemaname LIKE 'bunyad_live_%' AND tablename <> 'turn'
  LOOP
    PERFORM set_config('search_path', it.schemaname, true);
    EXECUTE format('DELETE FROM %I', it.tablename);
  END LOOP;
  FOR it IN SELECT * FROM pg_sequences WHERE schemaname LIKE 'bunyad_live_%'
  LOOP PERFORM setval(format('%I.%I', it.schemaname, it.sequencename), 1, false); END LOOP;
END $$
"""


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """Asks a service as HTTP would."""

    def __init__(self, folder: Path, service: Service | None = None, *, database: str = "") -> None:
        self.database = database
        self.records: Records = open_records(folder, synchronous="OFF", database=database)
        self.app = SensorThings(self.records, service)
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self.records.close()

    def ask(
        self,
        method: str,
        address: str,
        body: Any = None,
        options: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        return self._loop.run_until_complete(self.call(method, address, body, options, headers))

    async def call(self, method, address, body=None, options=None, headers=None) -> Answer:
        if not address.startswith("http"):
            address = f"{ROOT}/{address}"
        parts = urlsplit(address)
        query = parts.query
        if options:
            query = "&".join(f"{name}={quote(str(it), safe='')}" for name, it in options.items())
        content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        sent: list[Any] = []
        scope = {
            "type": "http",
            "method": method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "query_string": query.encode(),
            "headers": [
                (b"host", parts.netloc.encode()),
                *((name.encode(), it.encode()) for name, it in (headers or {}).items()),
            ],
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": content}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, end = sent
        found = {name.decode(): it.decode("latin-1") for name, it in start["headers"]}
        return Answer(start["status"], found, end["body"])

    def get(self, address: str, **options: Any) -> Any:
        answer = self.ask("GET", address, options={f"${name}": it for name, it in options.items()})
        assert answer.status == 200, (address, options, answer.text)
        return answer.json

    def values(self, address: str, **options: Any) -> list[Any]:
        return self.get(address, **options)["value"]

    def ids(self, address: str, **options: Any) -> list[Any]:
        return [each["@iot.id"] for each in self.values(address, **options)]

    def make(self, address: str, body: Any) -> str:
        """Create an entity; return its path."""
        answer = self.ask("POST", address, body)
        assert answer.status == 201, answer.text
        link = answer.headers["location"]
        assert link.startswith(ROOT)
        return link.removeprefix(f"{ROOT}/")

    def key(self, address: str, body: Any) -> Any:
        """Create an entity; return its `@iot.id`."""
        return self.get(self.make(address, body))["@iot.id"]


def empty_database(request: pytest.FixtureRequest) -> str:
    """
    Return the URL of a database without records where a fixture's parameter asks for one.

    It is the one of the last test, emptied: to make tables takes longer than most tests.
    """
    if request.param != "postgresql":
        return ""
    cluster = request.getfixturevalue("cluster")
    url: str | None = getattr(cluster, "of_sensorthings", None)
    if url is None:
        url = cluster.of_sensorthings = database_of(request)
        return url
    with psycopg.connect(url.replace("+psycopg", "")) as link:
        link.execute(EMPTY)  # quicker than TRUNCATE where there is little
    return url


@contextmanager
def nobody_reads(client: Client, table: str) -> Iterator[None]:
    """Let whoever reads a table wait, where the records are in PostgreSQL."""
    if not client.database:
        yield
        return
    with psycopg.connect(client.database.replace("+psycopg", "")) as link:
        home: Any = client.records.tenant("", create=False).home
        link.execute(f"LOCK TABLE {home.schema}.{table}")
        yield


def thing(name: str = "Pump house", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "where water is lifted", **more}


def location(name: str = "By the river", place: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": "on the left bank",
        "encodingType": "application/vnd.geo+json",
        "location": place or POINT,
        **more,
    }


def feature(name: str = "River reach", place: Any = None) -> dict[str, Any]:
    return {
        "name": name,
        "description": "water of the reach",
        "encodingType": "application/geo+json",
        "feature": place or POINT,
    }


def sensor(name: str = "Thermometer") -> dict[str, Any]:
    return {
        "name": name,
        "description": "a sensor",
        "encodingType": "application/pdf",
        "metadata": "http://example.org/sheet.pdf",
    }


def observed(name: str = "Temperature") -> dict[str, Any]:
    return {"name": name, "definition": f"http://example.org/{name}", "description": "a quantity"}


def datastream(name: str = "Temperature of water", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": "every quarter of an hour",
        "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"},
        "observationType": MEASUREMENT,
        **more,
    }


def observation(time: str, result: Any, **more: Any) -> dict[str, Any]:
    return {"phenomenonTime": time, "result": result, **more}


def tree() -> dict[str, Any]:
    """A Thing with a Location and two Datastreams of two Observations: results 3, 4, 5, 6."""
    return thing(
        properties={"reference": "first", "rooms": 3, "open": True, "floors": [1, 2]},
        Locations=[location()],
        Datastreams=[
            datastream(
                "datastream name 1",
                Sensor=sensor("sensor 1"),
                ObservedProperty=observed("Flux"),
                Observations=[
                    observation("2015-03-03T00:00:00Z", 3),
                    observation("2015-03-04T00:00:00Z", 4),
                ],
            ),
            datastream(
                "datastream name 2",
                Sensor=sensor("sensor 2"),
                ObservedProperty=observed("Temperature"),
                Observations=[
                    observation("2015-03-05T00:00:00Z", 5),
                    observation("2015-03-06T00:00:00Z", 6),
                ],
            ),
        ],
    )
