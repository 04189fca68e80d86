"""Names of operations that a context source may offer, and of groups of them (CIM 009, 4.20)."""

from __future__ import annotations

from collections.abc import Iterable

_TYPES = (
    "retrieveEntityTypes",
    "retrieveEntityTypeDetails",
    "retrieveEntityTypeInfo",
    "retrieveAttrTypes",
    "retrieveAttrTypeDetails",
    "retrieveAttrTypeInfo",
)
_SUBSCRIPTIONS = (
    "createSubscription",
    "updateSubscription",
    "retrieveSubscription",
    "querySubscription",
    "deleteSubscription",
)
_MAPS = (
    "retrieveEntityMap",
    "updateEntityMap",
    "deleteEntityMap",
    "createEntityMapQueryEntity",
)
_READING = ("retrieveEntity", "queryEntity", "queryBatch")
_IDENTITY = ("retrieveContextSourceIdentity",)
_WRITING = (
    "createEntity",
    "updateEntity",
    "appendAttrs",
    "updateAttrs",
    "deleteAttrs",
    "deleteEntity",
    "mergeEntity",
    "replaceEntity",
    "replaceAttrs",
)

GROUPS = {
    "federationOps": frozenset((*_READING, *_TYPES, *_SUBSCRIPTIONS, *_MAPS, *_IDENTITY)),
    "associationOps": frozenset((*_READING, *_TYPES, *_SUBSCRIPTIONS, *_IDENTITY)),
    "updateOps": frozenset(("updateEntity", "updateAttrs", "replaceEntity", "replaceAttrs")),
    "retrieveOps": frozenset(("retrieveEntity", "queryEntity")),
    "redirectionOps": frozenset(
        (
            *_WRITING,
            "retrieveEntity",
            "queryEntity",
            "purgeEntity",
            *_TYPES,
            *_MAPS,
            *_IDENTITY,
        )
    ),
}
USUAL_GROUP = "federationOps"
NAMES = frozenset(
    (
        *_READING,
        *_TYPES,
        *_SUBSCRIPTIONS,
        *_MAPS,
        *_IDENTITY,
        *_WRITING,
        "createBatch",
        "upsertBatch",
        "updateBatch",
        "deleteBatch",
        "mergeBatch",
        "purgeEntity",
        "upsertTemporal",
        "appendAttrsTemporal",
        "deleteAttrsTemporal",
        "updateAttrInstanceTemporal",
        "deleteAttrInstanceTemporal",
        "deleteTemporal",
        "retrieveTemporal",
        "queryTemporal",
        "createEntityMapQueryTemporal",
    )
)


def spell_out(names: Iterable[str] | None) -> frozenset[str]:
    """
    Return the operations that names of operations and groups stand for.

    Examples
    --------
    >>> sorted(spell_out(["retrieveOps", "createEntity"]))
    ['createEntity', 'queryEntity', 'retrieveEntity']
    """
    if names is None:
        return GROUPS[USUAL_GROUP]
    found: set[str] = set()
    for name in names:
        found |= GROUPS.get(name, frozenset((name,)))
    return frozenset(found)
