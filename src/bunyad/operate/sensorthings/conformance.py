"""The requirements of OGC 18-088 that the service says it meets."""

from __future__ import annotations

_ROOT = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
_KINDS = (
    "thing",
    "location",
    "historical-location",
    "datastream",
    "sensor",
    "observed-property",
    "observation",
    "feature-of-interest",
)
# clients look for requirements or for the classes that these belong to
_CLASSES = (
    "datamodel",
    "resource-path",
    "request-data",
    "create-update-delete",
    "batch-request",
    "multi-datastream",
    "data-array",
)
# what the standard has not, by the documents that public servers agreed upon
_MORE = ("DeepSelect", "FilteredDelete", "GeoJSON-ResultFormat", "JsonBatchRequest")
_INSIDE = "https://github.com/INSIDE-information-systems/SensorThingsAPI/blob/master"
CONFORMANCE: list[str] = [
    *(f"{_ROOT}{name}" for name in _CLASSES),
    *(f"{_ROOT}datamodel/{kind}/{part}" for kind in _KINDS for part in ("properties", "relations")),
    *(
        f"{_ROOT}{name}"
        for name in (
            "datamodel/entity-control-information/common-control-information",
            "resource-path/resource-path-to-entities",
            "request-data/order",
            "request-data/expand",
            "request-data/select",
            "request-data/status-code",
            "request-data/query-status-code",
            "request-data/orderby",
            "request-data/top",
            "request-data/skip",
            "request-data/count",
            "request-data/filter",
            "request-data/built-in-filter-operations",
            "request-data/built-in-query-functions",
            "request-data/pagination",
            "create-update-delete/create-entity",
            "create-update-delete/link-to-existing-entities",
            "create-update-delete/deep-insert",
            "create-update-delete/deep-insert-status-code",
            "create-update-delete/update-entity",
            "create-update-delete/update-entity-put",
            "create-update-delete/update-entity-jsonpatch",
            "create-update-delete/delete-entity",
            "create-update-delete/historical-location-auto-creation",
            "create-update-delete/historical-location-manual-creation",
            "batch-request/batch-request",
            "data-array/data-array",
            "multi-datastream/properties",
            "multi-datastream/relations",
            "multi-datastream/constraints",
        )
    ),
    *(f"https://fraunhoferiosb.github.io/FROST-Server/extensions/{name}.html" for name in _MORE),
    f"{_INSIDE}/CSV-ResultFormat/CSV-ResultFormat.md",
]
OVER_MQTT: list[str] = [
    f"{_ROOT}create-observations-via-mqtt/observations-creation",
    f"{_ROOT}receive-updates-via-mqtt/receive-updates",
]
