"""A place with one meter, which tests of alarms watch."""

from __future__ import annotations

from pathlib import Path

import alarm_worlds

from bunyad.operate import records
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher
from bunyad.operate.living import Living

FLOW = "https://example.org/flow"
RULES = alarm_worlds.rules(
    alarm_worlds.rule("high", {"attribute": "flow", "above": 5}),
    alarm_worlds.rule("silent", {"silent": "flow", "longer_than": "5min"}),
    alarm_worlds.rule("weak", {"unexpected": "flow", "over": "10min", "less_by": 0.5}),
)
METER = "urn:ngsi-ld:Meter:x:meter-1"
PROFILE = "urn:ngsi-ld:ExpectedProfile:x:flow"


class MeteredPlace:
    """A place with one meter, in a folder or a database."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.living = Living(folder=folder, database=database)
        self.records = records.open_records(folder, database=database)
        tenant = self.records.tenant("")
        assert tenant is not None
        self.tenant = tenant
        self.make(METER)
        self.make_profile()

    def make(self, name: str) -> None:
        self.put(name, "Meter", {
            "https://example.org/name": [has_value(name.rsplit(":", 1)[-1])],
            "https://example.org/refExpected": [{"type": "Relationship", "object": PROFILE}],
            "https://uri.etsi.org/ngsi-ld/location": [
                {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [46.7, 39.1]}}
            ],
        })  # fmt: skip

    def make_profile(self) -> None:
        self.put(PROFILE, "ExpectedProfile", {
            "urn:x:measuredAttribute": [has_value("flow")],
            "urn:x:hourMeaning": [has_value("mean")],
            "urn:x:hours": [{"type": "JsonProperty", "json": [4.0] * 8760}],
        })  # fmt: skip

    def put(self, name: str, kind: str, attrs) -> None:
        now = "2026-01-01T00:00:00Z"
        for found in attrs.values():
            for one in found:
                one |= {"createdAt": now, "modifiedAt": now}
        entity = {
            "id": name, "type": [f"https://example.org/{kind}"], "createdAt": now,
            "modifiedAt": now, "attrs": attrs,
        }  # fmt: skip
        self.tenant.submit(lambda tx: records.put_entity(tx, entity)).result(10)

    def read(self, minute: float, value: float, name: str = METER) -> None:
        def job(tx) -> None:
            series = records.series_ref(tx, name, FLOW)
            records.append_readings(tx, [records.Reading(series, int(minute * 60_000_000), value)])

        self.tenant.submit(job).result(10)

    def watcher(self, log: AlarmLog) -> Watcher:
        return Watcher(self.tenant.reader, log, RULES, clock="readings")


def has_value(value):
    return {"type": "Property", "value": value}
