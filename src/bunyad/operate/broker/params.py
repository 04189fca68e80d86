"""Parameters of requests: what they may be, and what they mean."""

from __future__ import annotations

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call
from bunyad.operate.broker.names import check_name, check_uri
from bunyad.operate.broker.problems import bad_request, invalid_request
from bunyad.operate.broker.projection import Projection, read_projection
from bunyad.operate.broker.telling import CONCISE, NORMALISED, SIMPLIFIED, Form

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 1000
LARGEST_OFFSET = 10**9
DEEPEST_JOIN = 10
FORMS = {
    "keyValues": SIMPLIFIED, "simplified": SIMPLIFIED, "concise": CONCISE,
    "normalized": NORMALISED,
}  # fmt: skip
NO_ATTRIBUTES = {"id", "type", "scope", "@context"}
TRUTHS = {"true": True, "false": False}

OF_TELLING = frozenset(
    {"attrs", "pick", "omit", "options", "format", "lang", "geometryProperty", "datasetId",
     "join", "joinLevel", "containedBy", "local", "type", "entityMap", "entityMapLifetime",
     "sysAttrs", "via"}
)  # fmt: skip
OF_QUERIES = OF_TELLING | {
    "id", "idPattern", "q", "csf", "georel", "geometry", "coordinates", "geoproperty", "scopeQ",
    "limit", "offset", "count", "orderBy", "collation", "expandValues", "jsonKeys",
    "splitEntities", "orderFrom", "orderGeometry",
}  # fmt: skip


def options_of(call: Call) -> set[str]:
    """Return what stands in `options`."""
    return {part.strip() for part in call.params.get("options", "").split(",") if part.strip()}


def check_options(call: Call, known: frozenset[str] | set[str]) -> set[str]:
    """Return what stands in `options`; raise InvalidRequest if any of it is not known."""
    options = options_of(call)
    if unknown := options - known:
        raise invalid_request(f"there is no option {min(unknown)!r}")
    return options


def truth(call: Call, name: str, *, default: bool = False) -> bool:
    """Return a parameter that is true or false."""
    text = call.params.get(name)
    if text is None:
        return default
    if text.lower() not in TRUTHS:
        raise bad_request(f"{name} is {text!r}, neither true nor false")
    return TRUTHS[text.lower()]


def number(call: Call, name: str, default: int, *, least: int = 0, most: int) -> int:
    """Return a parameter that is a whole number."""
    text = call.params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise bad_request(f"{name} is {text!r}, not a whole number from {least} to {most}")
    return int(text)


def names_of(text: str | None) -> list[str]:
    """
    Return the names of a list that commas or bars divide.

    Examples
    --------
    >>> names_of("temperature, power|id")
    ['temperature', 'power', 'id']
    """
    if not text:
        return []
    return [part.strip() for part in text.replace("|", ",").split(",") if part.strip()]


def attributes_of(call: Call, context: Context) -> list[str]:
    """Return the IRIs of `attrs`."""
    return attribute_iris(call.params.get("attrs"), context)


def attribute_iris(text: str | None, context: Context) -> list[str]:
    """Return the IRIs of a list of attributes' names."""
    names = names_of(text)
    for name in names:
        if name in NO_ATTRIBUTES:
            raise bad_request(f"{name} is no attribute")
    return [context.expand(check_name(name, "a name in attrs")) for name in names]


def form_of(call: Call, context: Context, *, geo: bool = False) -> Form:
    """
    Return how the request wants entities to be told.

    Parameters
    ----------
    call
        The request.
    context
        What names stand for.
    geo
        Whether GeoJSON is asked for.
    """
    params = call.params
    if not params:
        return Form()
    options = options_of(call)
    for option in options:
        if option not in FORMS and option not in {"sysAttrs", "count", "append"}:
            raise invalid_request(f"there is no option {option!r}")
    told = params.get("format") or next((one for one in options if one in FORMS), NORMALISED)
    if told not in FORMS:
        raise invalid_request(f"format is {told!r}, none of {', '.join(sorted(FORMS))}")
    shown = params.get("geometryProperty", "location")
    if "geometryProperty" in params and not geo:
        raise bad_request("geometryProperty is for application/geo+json only")
    pick, omit = _projections(call, context)
    datasets = names_of(params.get("datasetId"))
    for dataset in datasets:
        if dataset != "@none":
            check_uri(dataset, "datasetId")
    return Form(
        name=FORMS[told],
        system="sysAttrs" in options or truth(call, "sysAttrs"),
        language=params.get("lang") or None,
        pick=pick,
        omit=omit,
        attributes=frozenset(attributes_of(call, context)),
        datasets=frozenset(datasets),
        geometry=context.expand(check_name(shown, "geometryProperty")),
    )


def _projections(call: Call, context: Context) -> tuple[Projection | None, Projection | None]:
    params = call.params
    found = [
        read_projection(params[name], context, name) if name in params else None
        for name in ("pick", "omit")
    ]
    pick, omit = found
    if pick is None and omit is None:
        return None, None
    if params.get("attrs"):
        raise bad_request("attrs is given beside pick or omit")
    if pick is not None and omit is not None and pick.names & omit.names:
        raise bad_request("pick and omit name the same member")
    deepest = max(one.depth for one in found if one is not None)
    levels = 0
    if params.get("join", "@none") != "@none":
        levels = number(call, "joinLevel", 1, least=1, most=DEEPEST_JOIN)
    if deepest > levels:
        raise bad_request(
            f"pick or omit follows {deepest} relationships, join and joinLevel {levels}"
        )
    return pick, omit
