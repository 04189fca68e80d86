"""
The form of an entity inside of the broker: plain values, names as IRIs.

entity
    `id`, `type` (list of IRIs), `scope` (list, where given), `createdAt`, `modifiedAt`,
    `expiresAt` (where given), `attrs` (attribute IRI to its instances).
instance
    `type` (one of `KINDS`), the member that holds its value (`VALUE_OF`), and where given
    `datasetId`, `observedAt`, `unitCode`, `valueType`, `objectType`; `createdAt`, `modifiedAt`;
    `attrs` (attributes of the attribute).

Instants are ISO 8601 texts in UTC. `instanceId` is made from the reading's number when the past is
told (`instance_id`), so the current state does not hold it.
"""

from __future__ import annotations

from typing import Any

Entity = dict[str, Any]
Instance = dict[str, Any]

CORE = "https://uri.etsi.org/ngsi-ld/"
DEFAULT_VOCABULARY = "https://uri.etsi.org/ngsi-ld/default-context/"
NULL = "urn:ngsi-ld:null"
OF_INSTANCES = "urn:ngsi-ld:instance:"

VALUE_OF = {
    "Property": "value",
    "Relationship": "object",
    "GeoProperty": "value",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
KINDS = tuple(VALUE_OF)
UNTOLD = ""  # the kind of an instance in a fragment that does not say it


def value_of(instance: Instance) -> Any:
    """
    Return what an instance holds, whatever its kind.

    Examples
    --------
    >>> value_of({"type": "Relationship", "object": "urn:ngsi-ld:Feeder:3"})
    'urn:ngsi-ld:Feeder:3'
    """
    return instance.get(VALUE_OF[instance["type"]])


def instance_id(reading: int) -> str:
    """Return the identifier by which a reading is told as an attribute's instance."""
    return f"{OF_INSTANCES}{reading}"
