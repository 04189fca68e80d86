"""Sparkplug B payloads, written by Google's own library from the published message."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

TYPES = {
    "uint64": 4, "uint32": 13, "float": 2, "double": 1, "bool": 8, "string": 9, "bytes": 12,
    "message": 11,
}  # fmt: skip
METRIC = (
    ("name", 1, "string"), ("alias", 2, "uint64"), ("timestamp", 3, "uint64"),
    ("datatype", 4, "uint32"), ("is_historical", 5, "bool"), ("is_transient", 6, "bool"),
    ("is_null", 7, "bool"), ("int_value", 10, "uint32"), ("long_value", 11, "uint64"),
    ("float_value", 12, "float"), ("double_value", 13, "double"), ("boolean_value", 14, "bool"),
    ("string_value", 15, "string"), ("bytes_value", 16, "bytes"),
)  # fmt: skip


def _payload_class() -> Any:
    """Build the message `Payload` of Eclipse Sparkplug 3.0, the fields that metrics need."""
    file = descriptor_pb2.FileDescriptorProto(name="spb.proto", package="spb", syntax="proto2")
    payload = file.message_type.add(name="Payload")
    metric = payload.nested_type.add(name="Metric")
    for name, number, kind in METRIC:
        metric.field.add(name=name, number=number, label=1, type=TYPES[kind])
    payload.field.add(name="timestamp", number=1, label=1, type=TYPES["uint64"])
    payload.field.add(
        name="metrics", number=2, label=3, type=TYPES["message"], type_name=".spb.Payload.Metric"
    )
    payload.field.add(name="seq", number=3, label=1, type=TYPES["uint64"])
    payload.field.add(name="uuid", number=4, label=1, type=TYPES["string"])
    payload.field.add(name="body", number=5, label=1, type=TYPES["bytes"])
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("spb.Payload"))


PAYLOAD = _payload_class()


def sparkplug(*metrics: dict[str, Any], timestamp: int = 1_909_094_400_000, **rest: Any) -> bytes:
    """Return a payload with metrics."""
    return bytes(PAYLOAD(timestamp=timestamp, metrics=list(metrics), **rest).SerializeToString())
