"""The file that says what is read where, and which attribute it becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bunyad.errors import Fault, InputError
from bunyad.operate.south.units import units

__all__ = [
    "CsvSource", "DlmsSource", "HttpSource", "ModbusSource", "MqttSource", "OcppSource",
    "OpcUaSource", "Point", "Sources", "read_sources", "sources_schema",
]  # fmt: skip

FORMAT = "bunyad-sources/1"
Name = Annotated[str, Field(min_length=1, max_length=128)]


class _Strict(BaseModel):
    """What people write has no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(_Strict):
    """One value that a source gives, and the attribute that it becomes."""

    value: Name = Field(
        title="Which value: a path such as a.b[0] in JSON, a metric, a field of the codec, a "
        "column, a node, a code; * for every member that is left",
    )
    entity: Name = Field(title="Identifier of the entity; {names} come from topic or device")
    type: Name = Field(title="Type of the entity")
    attribute: str = Field(default="", title="Attribute; by default the name of the value")
    dataset: str = Field(default="", title="datasetId of the attribute's instance")
    unit: str = Field(default="", title="UN/CEFACT code of the attribute")
    from_unit: str = Field(default="", title="UN/CEFACT code of the device; by default the same")
    scale: float = Field(default=1.0, title="Factor, before the unit is changed")
    offset: float = Field(default=0.0, title="Sum, after the factor")

    @model_validator(mode="after")
    def _units_fit(self) -> Point:
        """Check that the units can be changed into each other."""
        known = units()
        if not self.from_unit:
            return self
        for code in (self.unit, self.from_unit):
            if code not in known:
                raise ValueError(f"the unit {code!r} is not known")
        if known[self.unit].quantity != known[self.from_unit].quantity:
            one, other = known[self.from_unit], known[self.unit]
            raise ValueError(f"{one.name} is {one.quantity}, {other.name} is {other.quantity}")
        return self


class Register(Point):
    """One or more registers of a Modbus device."""

    table: Literal["holding", "input", "coil", "discrete"] = Field(
        default="holding", title="Which of the device’s tables"
    )
    address: int = Field(ge=0, le=65_535, title="Number of the first register, from 0")
    kind: Literal[
        "bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"
    ] = Field(default="uint16", title="How its words are read")
    words: Literal["big", "little"] = Field(default="big", title="Which word comes first")


class _Source(_Strict):
    """What all sources have."""

    name: Name = Field(title="Name of the source, for messages")
    points: tuple[Point, ...] = Field(min_length=1, title="Values and their attributes")


class MqttSource(_Source):
    """Topics of an MQTT broker."""

    mqtt: str = Field(title="Address of the broker: mqtt://user:password@host:1883")
    version: Literal["3.1.1", "5"] = Field(default="5", title="Version of MQTT")
    topics: tuple[Name, ...] = Field(
        min_length=1, title="Topics; {name} stands for one level and names it, # for the rest"
    )
    decoder: Literal["json", "sparkplug", "chirpstack"] = Field(
        default="json", title="What messages are"
    )
    codec: str = Field(
        default="", title="Payload codec of LoRaWAN devices: a built-in name or a YAML file"
    )
    time: str = Field(default="", title="Path of the time in JSON; by default that of arrival")


class ModbusSource(_Source):
    """A Modbus device over TCP, or a SunSpec inverter."""

    modbus: Name = Field(title="Host of the device, or of the gateway before it")
    port: int = Field(default=502, ge=1, le=65_535, title="Port")
    unit_id: int = Field(default=1, ge=0, le=255, title="Number of the device behind the gateway")
    every_s: float = Field(default=60.0, gt=0, title="Time between readings [s]")
    timeout_s: float = Field(default=5.0, gt=0, title="Longest wait for an answer [s]")
    sunspec: bool = Field(
        default=False, title="Find SunSpec models; values of points are MODEL.NAME, such as 103.W"
    )
    points: tuple[Register | Point, ...] = Field(min_length=1, title="Values and their attributes")

    @model_validator(mode="after")
    def _have_registers(self) -> ModbusSource:
        """Check that points say where they are read, or that the device says it."""
        plain = [one.value for one in self.points if not isinstance(one, Register)]
        if plain and not self.sunspec:
            raise ValueError(f"{', '.join(plain)}: a point of Modbus has an address")
        return self


class OpcUaSource(_Source):
    """Nodes of an OPC UA server, watched by a subscription."""

    opcua: Name = Field(title="Address: opc.tcp://host:4840")
    user: str = Field(default="", title="User")
    password: str = Field(default="", title="Password")
    every_s: float = Field(default=1.0, gt=0, title="How often the server samples [s]")


class DlmsSource(_Source):
    """Electricity meters that push DLMS/COSEM data notifications over TCP."""

    dlms: Name = Field(title="Address to listen at: 0.0.0.0:4059")


class OcppSource(_Source):
    """Chargers that call this gateway by OCPP."""

    ocpp: Name = Field(title="Address to listen at: 0.0.0.0:9000")
    version: Literal["1.6", "2.0.1"] = Field(default="1.6", title="Version of OCPP")
    every_s: int = Field(default=60, ge=1, title="Time between heartbeats [s]")
    commands: str = Field(
        default="", title="MQTT broker that commands come from, at bunyad/THING/set/ATTRIBUTE"
    )


class CsvSource(_Source):
    """CSV files that are put into a folder, each read once."""

    csv: Path = Field(title="Folder, or one file")
    time: str = Field(title="Column of the time")
    every_s: float = Field(default=10.0, gt=0, title="Time between looks into the folder [s]")


class HttpSource(_Source):
    """Readings that are posted to this gateway as JSON."""

    http: Name = Field(title="Address to listen at: 127.0.0.1:8080; posts go to /push/NAME")
    time: str = Field(default="", title="Path of the time in JSON; by default that of arrival")
    token: str = Field(default="", title="Token that posts must carry")


AnySource = (
    MqttSource | ModbusSource | OpcUaSource | DlmsSource | OcppSource | CsvSource | HttpSource
)


class Sources(_Strict):
    """All sources of one gateway."""

    format: Literal["bunyad-sources/1"] = Field(title="Format of the file")
    gateway: Name = Field(title="Name of the gateway; the receiver counts its messages under it")
    sources: tuple[AnySource, ...] = Field(min_length=1, title="Where values come from")

    @model_validator(mode="before")
    @classmethod
    def _tell_kinds_apart(cls, content: Any) -> Any:
        """Choose the kind of each source by its field, so that faults are told of that kind."""
        if not isinstance(content, dict) or not isinstance(content.get("sources"), list):
            return content
        return {**content, "sources": [_source_of(one) for one in content["sources"]]}


_KINDS: dict[str, type[_Source]] = {
    "mqtt": MqttSource,
    "modbus": ModbusSource,
    "opcua": OpcUaSource,
    "dlms": DlmsSource,
    "ocpp": OcppSource,
    "csv": CsvSource,
    "http": HttpSource,
}


def _source_of(content: Any) -> Any:
    """Return a source of the kind that its fields say."""
    if not isinstance(content, dict):
        return content
    found = [kind for kind in _KINDS if kind in content]
    if len(found) != 1:
        raise ValueError(f"a source has one of {', '.join(_KINDS)}; this has {found or 'none'}")
    return _KINDS[found[0]].model_validate(content)


def sources_schema() -> dict[str, Any]:
    """
    Return the JSON Schema of the file, for editors.

    Examples
    --------
    >>> sorted(sources_schema()["required"])
    ['format', 'gateway', 'sources']
    """
    return Sources.model_json_schema()


def read_sources(path: Path) -> Sources:
    """
    Read the file of sources.

    Parameters
    ----------
    path
        A YAML file.

    Raises
    ------
    InputError
        Naming every fault.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415  (nothing else needs it)
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    mend = "see the page on meters and sensors, or bunyad operate listen --schema"
    try:
        content = YAML(typ="safe").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"it cannot be read ({error})", where=str(path), mend=mend) from None
    except YAMLError as error:
        short = str(error).splitlines()[0]
        raise InputError(f"it is not valid YAML ({short})", where=str(path), mend=mend) from None
    try:
        return Sources.model_validate(content)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"{path}: {'.'.join(str(part) for part in one['loc']) or 'file'}",
                what=one["msg"].removeprefix("Value error, ").rstrip("."),
                mend=mend,
            )
            for one in error.errors()
        ) from None
