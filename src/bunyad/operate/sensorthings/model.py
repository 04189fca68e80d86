"""
The nine kinds of entity of OGC 18-088, their properties and relations, as data.

Texts of SQL have `{a}` for an entity's table, `{p}` for the key of the entity one comes from.
An Observation is a row of the records' `reading`; a Datastream is one of their series, and so is a
MultiDatastream: a row of the same table, with one of `sensorthings_multi` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

CONTROL = "@iot."
# of a deleted attribute there is a reading that only says so
NOT_DELETED = "({a}.body IS NULL OR json_type({a}.body, '$.deletedAt') IS NULL)"


class Form(StrEnum):
    """How the value of a property is kept and compared."""

    TEXT = "text"
    JSON = "json"
    GEOMETRY = "geometry"
    INSTANT = "instant"
    INTERVAL = "interval"
    TIME = "time"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Property:
    """
    A property of a kind of entity.

    Parameters
    ----------
    name
        As the JSON has it.
    form
        How it is kept and compared.
    sql
        Expressions of its value: one, or start and end of a time.
    required
        Whether a new entity must have it.
    kept
        Whether the service keeps it by itself, so that what a client sends is not taken.
    shift
        Place of its digits in the column `digits` [bit].

    Attributes
    ----------
    columns
        Names of the columns within `sql`.
    """

    name: str
    form: Form
    sql: tuple[str, ...]
    required: bool = False
    kept: bool = False
    shift: int = 0

    columns: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Find the columns' names."""
        object.__setattr__(self, "columns", tuple(each.partition(".")[2] for each in self.sql))

    @property
    def column(self) -> str:
        """Return the column of the (first) value."""
        return self.columns[0]


@dataclass(frozen=True, slots=True)
class Relation:
    """
    A relation of one kind to another.

    Parameters
    ----------
    name
        As the JSON has it.
    target
        Name of the other kind.
    one
        Expression of the other's key, where there is at most one other.
    many
        Condition on the others, where there may be several.
    link
        Link table, its column of the own key, its column of the other's.
    required
        Whether a new entity must have it.
    order
        Expression of the order in which the others stand, where it is not that of their making.
    """

    name: str
    target: str
    one: str = ""
    many: str = ""
    link: tuple[str, str, str] = ("", "", "")
    required: bool = False
    order: str = ""

    @property
    def column(self) -> str:
        """Return the column with the other's key, where there is at most one other."""
        return self.one.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of entity.

    Parameters
    ----------
    name, plural
        As the JSON has them.
    table
        Its table.
    key
        Expression of its key.
    named
        Expression of the name a client chose, null where the key is the name.
    more
        A table joined to its table, row by row.
    always
        Condition that its rows must meet.
    sort
        Condition that tells it from another kind of the same table.
    properties, relations
        What it has, where it leads.
    """

    name: str
    plural: str
    table: str
    key: str = "{a}.key"
    named: str = "{a}.named"
    more: str = ""
    always: str = ""
    sort: str = ""
    properties: dict[str, Property] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)


def _text(name: str, column: str) -> Property:
    return Property(name, Form.TEXT, (f"{{a}}.{column}",), required=True)


def _json(name: str, column: str, *, required: bool = False) -> Property:
    return Property(name, Form.JSON, (f"{{a}}.{column}",), required=required)


def _place(name: str) -> Property:
    return Property(name, Form.GEOMETRY, (f"{{a}}.{name}",), required=True)


def _one(name: str, column: str, *, required: bool = True) -> Relation:
    return Relation(name, name, one=f"{{a}}.{column}", required=required)


def _many(name: str, target: str, column: str) -> Relation:
    return Relation(name, target, many=f"{{a}}.{column} = {{p}}")


def _linked(name: str, target: str, table: str, own: str, other: str) -> Relation:
    condition = f"{{a}}.key IN (SELECT {other} FROM {table} WHERE {own} = {{p}})"  # noqa: S608  (names of ours)
    return Relation(name, target, many=condition, link=(table, own, other))


def _named(*parts: Property) -> dict[str, Property]:
    return {each.name: each for each in parts}


def _leads(*parts: Relation) -> dict[str, Relation]:
    return {each.name: each for each in parts}


_NAME = _text("name", "name")
_DESCRIPTION = _text("description", "description")
_ENCODING = _text("encodingType", "encoding_type")
_PROPERTIES = _json("properties", "properties")
_PLACES = "sensorthings_thing_location"
_PAST_PLACES = "sensorthings_past_location"

# Readings that came as attributes of an entity have no row of their own in
# sensorthings_observation: they have their Datastream's feature.
_FEATURE = (
    "coalesce({a}x.feature, "
    "(SELECT d.feature FROM sensorthings_datastream d WHERE d.key = {a}.series))"
)
_OF_FEATURE = (
    "{a}.ref IN (SELECT x.ref FROM sensorthings_observation x WHERE x.feature = {p} UNION ALL "
    "SELECT r.ref FROM sensorthings_datastream d JOIN reading r ON r.series = d.key "
    "WHERE d.feature = {p} "
    "AND NOT EXISTS (SELECT 1 FROM sensorthings_observation x WHERE x.ref = r.ref))"
)


_IS_MULTI = "EXISTS (SELECT 1 FROM sensorthings_multi m WHERE m.datastream = {a}.key)"
COMPLEX = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation"


def _phenomenon(end: str, way: str) -> str:
    """Return first or last time of a Datastream: of an entity's attribute, from its readings."""
    reading = f"SELECT r.at_us FROM reading r WHERE r.series = {{a}}.key ORDER BY r.at_us {way}"  # noqa: S608
    kept = f"{{a}}.phenomenon_{end}"
    return f"CASE WHEN {{a}}.attribute IS NULL THEN {kept} ELSE ({reading} LIMIT 1) END"


_THING = Kind(
    "Thing",
    "Things",
    "sensorthings_thing",
    properties=_named(_NAME, _DESCRIPTION, _PROPERTIES),
    relations=_leads(
        _linked("Locations", "Location", _PLACES, "thing", "location"),
        _many("HistoricalLocations", "HistoricalLocation", "thing"),
        _many("Datastreams", "Datastream", "thing"),
        _many("MultiDatastreams", "MultiDatastream", "thing"),
    ),
)
_LOCATION = Kind(
    "Location",
    "Locations",
    "sensorthings_location",
    properties=_named(_NAME, _DESCRIPTION, _ENCODING, _place("location"), _PROPERTIES),
    relations=_leads(
        _linked("Things", "Thing", _PLACES, "location", "thing"),
        _linked("HistoricalLocations", "HistoricalLocation", _PAST_PLACES, "location", "past"),
    ),
)
_PAST = Kind(
    "HistoricalLocation",
    "HistoricalLocations",
    "sensorthings_past",
    properties=_named(Property("time", Form.INSTANT, ("{a}.time",), required=True)),
    relations=_leads(
        _one("Thing", "thing"), _linked("Locations", "Location", _PAST_PLACES, "past", "location")
    ),
)
_DATASTREAM = Kind(
    "Datastream",
    "Datastreams",
    "sensorthings_datastream",
    always=f"NOT {_IS_MULTI}",
    sort=f"NOT {_IS_MULTI}",
    properties=_named(
        _NAME,
        _DESCRIPTION,
        _text("observationType", "observation_type"),
        _json("unitOfMeasurement", "unit", required=True),
        Property("observedArea", Form.GEOMETRY, ("{a}.observed_area",), kept=True),
        Property(
            "phenomenonTime",
            Form.INTERVAL,
            tuple(_phenomenon(*each) for each in (("start", "ASC"), ("end", "DESC"))),
            kept=True,
        ),
        Property("resultTime", Form.INTERVAL, ("{a}.result_start", "{a}.result_end"), kept=True),
        _PROPERTIES,
    ),
    relations=_leads(
        _one("Thing", "thing"),
        _one("Sensor", "sensor"),
        _one("ObservedProperty", "observed_property"),
        _many("Observations", "Observation", "series"),
    ),
)
_MULTI = Kind(
    "MultiDatastream",
    "MultiDatastreams",
    "sensorthings_datastream",
    more="LEFT JOIN sensorthings_multi {a}m ON {a}m.datastream = {a}.key",
    always=_IS_MULTI,
    sort=_IS_MULTI,
    properties=_named(
        _NAME,
        _DESCRIPTION,
        Property("observationType", Form.TEXT, ("{a}.observation_type",)),
        Property("multiObservationDataTypes", Form.JSON, ("{a}m.data_types",), required=True),
        _json("unitOfMeasurements", "unit", required=True),
        *(each for each in _DATASTREAM.properties.values() if each.kept),
        _PROPERTIES,
    ),
    relations=_leads(
        _one("Thing", "thing"),
        _one("Sensor", "sensor"),
        Relation(
            "ObservedProperties",
            "ObservedProperty",
            many="{a}.key IN (SELECT observed_property FROM sensorthings_multi_property "
            "WHERE multi = {p})",
            link=("sensorthings_multi_property", "multi", "observed_property"),
            order="(SELECT l.position FROM sensorthings_multi_property l "
            "WHERE l.observed_property = {a}.key AND l.multi = {p})",
        ),
        _many("Observations", "Observation", "series"),
    ),
)
_SENSOR = Kind(
    "Sensor",
    "Sensors",
    "sensorthings_sensor",
    properties=_named(
        _NAME, _DESCRIPTION, _ENCODING, _json("metadata", "metadata", required=True), _PROPERTIES
    ),
    relations=_leads(
        _many("Datastreams", "Datastream", "sensor"),
        _many("MultiDatastreams", "MultiDatastream", "sensor"),
    ),
)
_OBSERVED = Kind(
    "ObservedProperty",
    "ObservedProperties",
    "sensorthings_observed_property",
    properties=_named(_NAME, _text("definition", "definition"), _DESCRIPTION, _PROPERTIES),
    relations=_leads(
        _many("Datastreams", "Datastream", "observed_property"),
        _linked(
            "MultiDatastreams",
            "MultiDatastream",
            "sensorthings_multi_property",
            "observed_property",
            "multi",
        ),
    ),
)
_OBSERVATION = Kind(
    "Observation",
    "Observations",
    "reading",
    key="{a}.ref",
    named="{a}x.named",
    more="LEFT JOIN sensorthings_observation {a}x ON {a}x.ref = {a}.ref",
    always=(
        "EXISTS (SELECT 1 FROM sensorthings_datastream d WHERE d.key = {a}.series) AND "  # noqa: S608
        + NOT_DELETED
    ),
    properties=_named(
        Property("phenomenonTime", Form.TIME, ("{a}.at_us", "{a}x.phenomenon_end")),
        Property("result", Form.RESULT, ("{a}.value", "{a}.body"), required=True),
        Property("resultTime", Form.INSTANT, ("{a}x.result_time",), shift=6),
        Property("resultQuality", Form.JSON, ("{a}x.quality",)),
        Property("validTime", Form.INTERVAL, ("{a}x.valid_start", "{a}x.valid_end"), shift=9),
        Property("parameters", Form.JSON, ("{a}x.parameters",)),
    ),
    relations=_leads(
        _one("Datastream", "series", required=False),
        _one("MultiDatastream", "series", required=False),
        Relation("FeatureOfInterest", "FeatureOfInterest", one=_FEATURE),
    ),
)
_FEATURE_KIND = Kind(
    "FeatureOfInterest",
    "FeaturesOfInterest",
    "sensorthings_feature",
    properties=_named(_NAME, _DESCRIPTION, _ENCODING, _place("feature"), _PROPERTIES),
    relations=_leads(Relation("Observations", "Observation", many=_OF_FEATURE)),
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _THING,
        _LOCATION,
        _PAST,
        _DATASTREAM,
        _MULTI,
        _SENSOR,
        _OBSERVED,
        _OBSERVATION,
        _FEATURE_KIND,
    )
}
SETS: dict[str, Kind] = {kind.plural: kind for kind in KINDS.values()}


def target_of(relation: Relation) -> Kind:
    """
    Return the kind that a relation leads to.

    Examples
    --------
    >>> target_of(KINDS["Datastream"].relations["Thing"]).plural
    'Things'
    """
    return KINDS[relation.target]
