"""What changed in an entity, attribute by attribute and instance by instance."""

from __future__ import annotations

from typing import Any, NamedTuple

from bunyad.operate.records import Change

Instance = dict[str, Any]

_TIMES = ("createdAt", "modifiedAt")


class Turn(NamedTuple):
    """One instance of an attribute before and after; None where it was not, or is no more."""

    attribute: str
    before: Instance | None
    after: Instance | None

    @property
    def kind(self) -> str:
        """Return the standard's name of what happened."""
        if self.before is None:
            return "attributeCreated"
        return "attributeDeleted" if self.after is None else "attributeUpdated"


def turns_of(change: Change) -> list[Turn]:
    """
    Return the instances that became other than they were.

    An attribute changes when a member of it, or of what is below it, takes another value
    (CIM 009, 5.8.6): one written again as it was does not.
    """
    before = change.before["attrs"] if change.before else {}
    after = change.after["attrs"] if change.after else {}
    return [
        turn
        for attribute in change.touched
        for turn in _turns(attribute, before.get(attribute, ()), after.get(attribute, ()))
    ]


def _turns(attribute: str, before: Any, after: Any) -> list[Turn]:
    old = {instance.get("datasetId"): instance for instance in before}
    new = {instance.get("datasetId"): instance for instance in after}
    turns = [
        Turn(attribute, old.get(dataset), instance)
        for dataset, instance in new.items()
        if dataset not in old or not _same(old[dataset], instance)
    ]
    turns += [
        Turn(attribute, instance, None) for dataset, instance in old.items() if dataset not in new
    ]
    return turns


def _same(one: Any, other: Any) -> bool:
    """Tell whether two instances agree in all but the times of their writing."""
    if one is other:
        return True
    if one.keys() - set(_TIMES) != other.keys() - set(_TIMES):
        return False
    for name, value in one.items():
        if name in _TIMES:
            continue
        if name != "attrs":
            if value != other[name] or type(value) is not type(other[name]):
                return False
        elif not _same_attributes(value, other[name]):
            return False
    return True


def _same_attributes(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        len(instances) == len(other[name])
        and all(_same(*pair) for pair in zip(instances, other[name], strict=True))
        for name, instances in one.items()
    )
