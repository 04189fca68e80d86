"""Designs played with drawn bidders before anything is called; nothing of it is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from bunyad.errors import Fault, InputError
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem

MOST_DESIGNS = 6
MOST_RUNS = 20_000
MOST_BIDS = 300
"""Bids of all groups together; beyond them the command line takes its time."""
Money = Annotated[float, msgspec.Meta(ge=0)]
Document = TypeVar("Document", bound=BaseModel)


class SimulationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Designs, the bidders that all of them meet, and how these behave."""

    designs: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=MOST_DESIGNS)]
    """Rules documents as JSON; decimals are texts. Their `id` names them."""
    bidders: dict[str, Any]
    """A document of bidders, as `bunyad auction simulate --bidders` reads it."""
    behaviour: Literal["equilibrium", "truthful"] = "equilibrium"
    is_corrected: bool = True
    """Whether bidders know what winning says about their estimate."""
    exit_penalty: Money = 0
    reference_price: Money = 0
    runs: Annotated[int, msgspec.Meta(ge=1, le=MOST_RUNS)] | None = None
    """Auctions of each design; by default fewer where the rules need the full engine."""
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0


class SimulationState(msgspec.Struct, frozen=True, kw_only=True):
    """What came of each design, and how they differ."""

    designs: list[dict[str, Any]]
    """Each with `design`, `engine`, `runs`, `summary` by measure, and `histograms`."""
    comparison: list[dict[str, Any]]


def simulate(call: Call[Nothing, SimulationBody]) -> SimulationState:
    """Play designs side by side, each with the same bidders."""
    # Imported when asked: its kernels would make every start of the server wait.
    from bunyad.auction.rules.model import Rules  # noqa: PLC0415
    from bunyad.auction.simulate import Conduct, Market, compare_designs  # noqa: PLC0415
    from bunyad.auction.simulate.reading import comparison_as_values  # noqa: PLC0415

    services, client, body = call.services, call.request.client, call.body
    asker = call.person.id or (client.host if client else "")
    services.limits.count(f"simulate:{asker}", services.settings.simulations_per_minute)
    designs = [
        _read(Rules, design, f"designs.{place}") for place, design in enumerate(body.designs)
    ]
    market = _read(Market, body.bidders, "bidders")
    if sum(group.bids for group in market.groups) > MOST_BIDS:
        raise Problem(
            422, "wrong-input", f"There are more than {MOST_BIDS} bids.",
            mend="Run `bunyad auction simulate` on your own machine.",
        )  # fmt: skip
    conduct = Conduct(
        behaviour=body.behaviour, is_corrected=body.is_corrected, exit_penalty=body.exit_penalty,
        reference_price=body.reference_price,
    )  # fmt: skip
    found = compare_designs(designs, market, conduct, runs=body.runs, seed=body.seed)
    return SimulationState(**comparison_as_values(found))


def _read(model: type[Document], content: dict[str, Any], where: str) -> Document:
    """Return a document that was sent, checked."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=".".join([where, *(str(part) for part in fault["loc"])]),
                what=fault["msg"],
                mend="see the reference of rules and bidders",
            )
            for fault in error.errors(include_url=False, include_input=False)
        ) from None
