"""What a source is asked for is what it is registered for, not more (CIM 009, 4.3.6.1)."""

from __future__ import annotations

from collections.abc import Mapping

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.registration import Information, Kin, Registration, Wanted
from bunyad.operate.broker.params import names_of

_NOT_PLAIN = frozenset("();*")


def narrowed(
    source: Registration, wanted: Wanted, params: Mapping[str, str], context: Context | None
) -> dict[str, str]:
    """
    Return the parameters of a query with the bounds of a registration.

    Parameters
    ----------
    source
        The registration.
    wanted
        What the query is about.
    params
        Its parameters, as they would be passed on.
    context
        What their names stand for; None where they are IRIs.
    """
    told = dict(params)
    found = [source.information[at] for at in source.matching(wanted)]
    if attributes := attributes_of(found):
        asked = wanted.attributes & attributes if "attrs" in params else attributes
        told["attrs"] = ",".join(sorted(_named(iri, context) for iri in asked))
    kin = [one for information in found for one in information.kin]
    if not kin or not all(information.kin for information in found):
        return told
    types = frozenset().union(*(one.types for one in kin))
    if types and not _NOT_PLAIN & set(params.get("type", "")):
        asked_types = frozenset().union(*(wanted.choices or (types,)))
        told["type"] = ",".join(sorted(_named(iri, context) for iri in asked_types & types))
    return told | _bounds_of_ids(kin, params)


def attributes_of(found: list[Information]) -> frozenset[str]:
    """Return the attributes to which all of a registration's information is bound; none for any."""
    if not all(information.attributes for information in found):
        return frozenset()
    return frozenset().union(*(information.attributes for information in found))


def _bounds_of_ids(kin: list[Kin], params: Mapping[str, str]) -> dict[str, str]:
    keys = [one.id for one in kin if one.id is not None]
    if len(keys) == len(kin):
        asked = names_of(params.get("id"))
        return {"id": ",".join(key for key in dict.fromkeys(keys) if not asked or key in asked)}
    patterns = {one.pattern_text for one in kin if one.id is None}
    if len(patterns) == 1 and not keys and not {"id", "idPattern"} & params.keys():
        (pattern,) = patterns
        return {} if pattern is None else {"idPattern": pattern}
    return {}


def _named(iri: str, context: Context | None) -> str:
    return iri if context is None else context.compact(iri)
