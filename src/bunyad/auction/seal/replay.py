"""
Replay: opened offers as the clearing takes them, and its result as JSON values for the record.

What a bidder seals is, over all its envelopes, the fields of one bid: `price` and `quantity`, and
where the rules ask for them `technology`, `region`, `delivery_year`, `is_divisible`,
`least_quantity` and `scores`. Flexible bids are a list of such under `alternatives`. Decimals are
texts. An offer for several lots counts for each of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from pydantic import ValidationError

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import clear
from bunyad.auction.rules.model import Rules
from bunyad.errors import Fault, InputError

Clear = Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]], str], Mapping[str, Any]]
"""Rules, opened bids and seed to the result as JSON values."""
DECIMALS = ("price", "quantity", "least_quantity")
OTHERS = {"technology": str, "region": str, "delivery_year": int, "is_divisible": bool}
WINNERS = ("awarded", "cut", "conditional")


def clear_opened(
    rules: Mapping[str, Any], bids: Sequence[Mapping[str, Any]], seed: str
) -> dict[str, Any]:
    """
    Clear opened bids by the rules, as the `cleared` event tells it.

    Parameters
    ----------
    rules
        The rules as JSON values.
    bids
        What `opened_bids` gives.
    seed
        Seed of the draw.

    Returns
    -------
    dict
        The result with decimals as texts; `awards`, by index of the bid's event; and `void`, the
        bids whose offer is not of the form that is asked for.

    Raises
    ------
    InputError
        If the rules are not of their form.
    """
    checked = _read_rules(rules)
    taken, void = [], []
    for opened in bids:
        try:
            taken += list(_entries(checked, opened))
        except ValueError as fault:
            void.append({"bid": opened["bid"], "why": str(fault)})
    result = clear(checked, taken, seed=seed)
    awards = [
        {
            "bid": int(decision.bid.partition("/")[0]),
            "id": decision.bid,
            "lot": decision.lot,
            "quantity": str(decision.quantity),
            "price": str(decision.price),
        }
        for decision in result.decisions
        if decision.state in WINNERS and decision.quantity > 0
    ]
    told: dict[str, Any] = _plain(result)
    return {**told, "awards": awards, "void": void}


def _read_rules(rules: Mapping[str, Any]) -> Rules:
    """Return the rules, checked."""
    try:
        return Rules.model_validate(rules)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"rules: {'.'.join(str(part) for part in fault['loc'])}",
                what=fault["msg"],
                mend="draft the auction with rules that `bunyad auction` can clear",
            )
            for fault in error.errors(include_url=False, include_input=False)
        ) from None


def _entries(rules: Rules, opened: Mapping[str, Any]) -> Iterator[Bid]:
    """Return the bids that the clearing sees for one sealed bid: by lot and alternative."""
    said: dict[str, Any] = {}
    for offer in opened["offers"].values():
        said |= offer
    choices = said.pop("alternatives", [{}])
    if not isinstance(choices, list) or not choices:
        raise ValueError("alternatives have to be a list")
    is_free = rules.qualification.stage == "none"
    by_lot = rules.allocation.by == "lot"
    for lot in opened["lots"] if by_lot else opened["lots"][:1]:
        for place, choice in enumerate(choices, start=1):
            if not isinstance(choice, Mapping):
                raise ValueError("an alternative has to name its fields")  # noqa: TRY004
            group = f"{opened['bid']}/{lot}"
            fields = _fields({**said, **choice}, by_lot=by_lot)
            yield Bid(
                id=group if len(choices) == 1 else f"{group}/{place}",
                bidder=opened["bidder"],
                lot=lot if by_lot else "",
                alternative_of="" if len(choices) == 1 else group,
                is_qualified=opened["qualified"] is True
                or (opened["qualified"] is None and is_free),
                submitted=opened["time"],
                **fields,
            )


def _fields(said: Mapping[str, Any], *, by_lot: bool) -> dict[str, Any]:
    """Return the fields of a bid from what was sealed; what the clearing does not know is left."""
    fields: dict[str, Any] = {"quantity": Decimal(1)} if by_lot else {}
    fields |= {name: _decimal(said[name], name) for name in DECIMALS if name in said}
    for name, expected in OTHERS.items():
        if name in said:
            if type(said[name]) is not expected:
                raise ValueError(f"{name} is {said[name]!r}")
            fields[name] = said[name]
    if not {"price", "quantity"} <= set(fields):
        raise ValueError("price or quantity is missing")
    scores = said.get("scores", {})
    if not isinstance(scores, Mapping):
        raise ValueError("scores have to be named")  # noqa: TRY004
    fields["scores"] = {name: _decimal(value, name) for name, value in scores.items()}
    return fields


def _decimal(value: Any, name: str) -> Decimal:
    """Return a number from a text or a whole number."""
    try:
        if isinstance(value, str | int) and not isinstance(value, bool):
            number = Decimal(value)
            if number.is_finite():
                return number
    except InvalidOperation:
        pass
    raise ValueError(f"{name} is {value!r}")


def _plain(value: Any) -> Any:
    """Return JSON values: decimals and the keys of dicts as texts."""
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value
