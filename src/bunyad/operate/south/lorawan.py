"""
LoRaWAN: payloads of sensors, by codecs that are data.

A codec says which bytes of a payload are which value. It comes with the package (`data/codecs`) or
is a YAML file of the same form. Fields stand at fixed places, or behind a channel and a kind as in
Cayenne LPP.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bunyad.errors import Fault, InputError
from bunyad.operate.south.mapping import Unfit

__all__ = ["Codec", "decode", "load_codec", "uplink_values"]

Kind = Literal["int8", "uint8", "int16", "uint16", "int24", "uint24", "int32", "uint32"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bits(_Strict):
    """A value in a payload."""

    name: str = Field(min_length=1, title="Name of the value")
    kind: Kind = Field(title="How its bytes are read")
    at: int | None = Field(default=None, ge=0, title="First byte; of fields at fixed places")
    channel: int | None = Field(default=None, ge=0, le=255, title="Channel; any if not told")
    tag: int | None = Field(default=None, ge=0, le=255, title="Kind byte behind the channel")
    order: Literal["big", "little"] = Field(default="big", title="Which byte comes first")
    scale: float = Field(default=1.0, title="Factor")
    offset: float = Field(default=0.0, title="Sum, after the factor")


class Codec(_Strict):
    """How the payloads of a kind of device are read."""

    name: str = Field(title="Name of the codec")
    source: str = Field(title="Document that says so")
    port: int | None = Field(default=None, title="Port of LoRaWAN that it holds for; any if none")
    fields: tuple[Bits, ...] = Field(min_length=1, title="Values")
    skips: dict[int, int] = Field(
        default_factory=dict, title="Bytes of tags whose values are not wanted"
    )


def decode(codec: Codec, payload: bytes) -> dict[str, float]:
    """
    Return the values of a payload.

    Parameters
    ----------
    codec
        How it is read.
    payload
        What the device sent, decrypted.

    Raises
    ------
    Unfit
        If it ends too early, or has a tag that the codec does not know.
    """
    values = {}
    for one in codec.fields:
        if one.at is not None:
            values[one.name] = _number(payload, one.at, one)
    tagged = {one.tag: one for one in codec.fields if one.tag is not None and one.channel is None}
    by_channel = {(one.channel, one.tag): one for one in codec.fields if one.channel is not None}
    if tagged or by_channel:
        values |= _tagged(payload, tagged, by_channel, codec.skips)
    return values


def _tagged(
    payload: bytes,
    tagged: Mapping[int, Bits],
    by_channel: Mapping[tuple[int, int | None], Bits],
    skips: dict[int, int],
) -> dict[str, float]:
    """Return the values of a payload of channel, tag and bytes, again and again."""
    values, at = {}, 0
    while at + 2 <= len(payload):
        channel, tag = payload[at], payload[at + 1]
        at += 2
        one = by_channel.get((channel, tag)) or tagged.get(tag)
        if one is None:
            if tag not in skips:
                raise Unfit(f"the codec does not know tag {tag} of channel {channel}")
            at += skips[tag]
            continue
        name = one.name if one.channel is not None else f"{one.name}_{channel}"
        values[name] = _number(payload, at, one)
        at += _size(one.kind)
    return values


def _size(kind: str) -> int:
    """Return how many bytes a kind has."""
    return int(kind.lstrip("uint")) // 8


def _number(payload: bytes, at: int, one: Bits) -> float:
    """Return one value."""
    size = _size(one.kind)
    content = payload[at : at + size]
    if len(content) < size:
        raise Unfit(f"the payload of {len(payload)} bytes ends before {one.name}")
    signed = not one.kind.startswith("u")
    number = int.from_bytes(content, one.order, signed=signed)
    return float(f"{number * one.scale + one.offset:.10g}")


def uplink_values(event: Any, codec: Codec | None) -> dict[str, Any]:
    """
    Return the values of an uplink event of ChirpStack 4 (JSON).

    Those that the network's own codec gave (`object`), those of our codec, and of the radio:
    `rssi`, `snr`, `fCnt` and `batteryLevel` where they are told.

    Parameters
    ----------
    event
        The message of application/…/device/…/event/up.
    codec
        How payloads are read; None to take the network's values alone.

    Raises
    ------
    Unfit
        If it is no uplink event, or its payload does not fit the codec.
    """
    if not isinstance(event, dict) or not isinstance(event.get("deviceInfo"), dict):
        raise Unfit("it is no uplink event of ChirpStack")
    told = event.get("object")
    values: dict[str, Any] = dict(told) if isinstance(told, dict) else {}
    port = event.get("fPort")
    if codec is not None and event.get("data") and codec.port in {None, port}:
        try:
            payload = base64.b64decode(str(event["data"]), validate=True)
        except (binascii.Error, ValueError):
            raise Unfit("the data of the event is no base64") from None
        values |= decode(codec, payload)
    heard = [one for one in event.get("rxInfo") or () if isinstance(one, dict) and "rssi" in one]
    if heard:
        best = max(heard, key=lambda one: one["rssi"])
        values |= {name: best[name] for name in ("rssi", "snr") if name in best}
    if isinstance(event.get("fCnt"), int):
        values["fCnt"] = event["fCnt"]
    return values


@cache
def load_codec(name_or_file: str) -> Codec:
    """
    Return a codec that comes with the package, or one of a YAML file.

    Raises
    ------
    InputError
        If there is none of that name, or the file is wrong.

    Examples
    --------
    >>> load_codec("cayenne-lpp").fields[0].name
    'digital_in'
    """
    from ruamel.yaml import YAML  # noqa: PLC0415  (few need it)
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    folder = resources.files("bunyad.operate.south").joinpath("data", "codecs")
    known = sorted(one.name.removesuffix(".yaml") for one in folder.iterdir())
    try:
        if name_or_file in known:
            text = folder.joinpath(f"{name_or_file}.yaml").read_text("utf-8")
        else:
            text = Path(name_or_file).read_text("utf-8")
        return Codec.model_validate(YAML(typ="safe").load(text))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise InputError(
            f"the codec cannot be read ({str(error).splitlines()[0]})",
            where=name_or_file,
            mend=f"give a file, or one of {', '.join(known)}",
        ) from None
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"{name_or_file}: {'.'.join(map(str, one['loc']))}",
                what=one["msg"],
                mend="see the codecs that come with the package",
            )
            for one in error.errors()
        ) from None
