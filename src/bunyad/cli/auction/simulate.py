"""The command that plays auctions before they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import auction_app
from bunyad.cli.auction.called import called_rules
from bunyad.errors import InputError, OutputError

if TYPE_CHECKING:
    import pandas as pd

    from bunyad.auction.rules.model import Rules
    from bunyad.auction.simulate import Comparison, Market

SHOWN = {
    "award_price": "price awarded",
    "built_price": "price of what is built",
    "awarded_share": "awarded share",
    "unbuilt_share": "not built",
    "state_cost": "cost to the state",
    "rent": "rent",
    "concentration": "concentration",
    "cancelled": "cancelled",
}
PLAN_UNITS = ("USD/MWh", "US$/MWh")


@auction_app.command(name="simulate")
def simulate(  # noqa: PLR0913  (each is an option of the command)
    *rules: str,
    bidders: Path | None = None,
    plan: Path | None = None,
    bids: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)] = (),
    volume: str | None = None,
    ceiling: str | None = None,
    behaviour: Literal["equilibrium", "truthful"] = "equilibrium",
    naive: Annotated[bool, Parameter(negative=())] = False,
    noise: float | None = None,
    penalty: float = 0,
    reference_price: float = 0,
    replacement_price: float | None = None,
    suggest: Annotated[bool, Parameter(negative=())] = False,
    runs: int | None = None,
    seed: int = 0,
    workers: int = 1,
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Play rules thousands of times with bidders drawn anew, several designs side by side.

    Bidders come from a file, or from the free sites of a plan. Shows price, volume, what winners do
    not build, concentration and cost to the state; every design meets the same bidders.

    Parameters
    ----------
    rules
        Ready-made rules by name, or a YAML or JSON file, one for each design.
    bidders
        YAML or JSON file of bidders: groups with bids, costs and sizes.
    plan
        Plan folder whose free sites bidders offer, at their levelised cost.
    bids
        Bids by technology, as solar=20; may be given many times. By default one a free site.
    volume
        Volume on offer, where the rules leave it to each call or another is wanted.
    ceiling
        Highest price, likewise.
    behaviour
        What bidders ask: equilibrium, or truthful for their cost.
    naive
        Bidders do not know what winning says about their estimate (the winner's curse).
    noise
        Standard deviation of what bidders do not know of their own cost, in the unit of the price.
    penalty
        What a winner pays that does not build, in the unit of the price.
    reference_price
        Price from which the cost to the state counts.
    replacement_price
        Price of what is not built. By default the ceiling, else the highest cost.
    suggest
        Also suggest a ceiling and a volume for the first design.
    runs
        Auctions of each design. By default 10 000, or 300 where the rules need the full engine.
    seed
        Seed of all draws.
    workers
        Threads.
    out
        File to write to: .csv for the table of designs, else JSON.
    as_json
        Print the result for machines.
    """
    from bunyad.auction.simulate import Conduct, compare_designs
    from bunyad.auction.simulate.reading import comparison_as_values

    designs = [called_rules(source, volume=volume, ceiling=ceiling) for source in rules]
    market = _market(designs, bidders, plan, bids)
    if noise is not None:
        market = type(market).model_validate(market.model_dump() | {"signal_noise": noise})
    conduct = Conduct(
        behaviour=behaviour,
        is_corrected=not naive,
        exit_penalty=penalty,
        reference_price=reference_price,
        replacement_price=replacement_price,
    )
    found = compare_designs(designs, market, conduct, runs=runs, seed=seed, workers=workers)
    told = comparison_as_values(found)
    if suggest:
        told["suggestions"] = _suggestions(designs[0], market, conduct, seed)
    if out is not None:
        _write(out, found.table, told)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    elif out is None:
        _print_table(designs, found, told)
    else:
        print(f"The result is in {out}.")


def _market(
    designs: list[Rules], bidders: Path | None, plan: Path | None, bids: tuple[str, ...]
) -> Market:
    """Return the bidders of a file or of a plan."""
    from bunyad.auction.simulate import market_of_sites
    from bunyad.auction.simulate.reading import load_market

    if (bidders is None) == (plan is None):
        raise InputError(
            "bidders come from one place", where="bunyad auction simulate",
            mend="give either --bidders FILE or --plan FOLDER",
        )  # fmt: skip
    if bidders is not None:
        return load_market(bidders)
    assert plan is not None
    for rules in designs:
        if rules.price.unit not in PLAN_UNITS:
            raise InputError(
                f"the price is in {rules.price.unit}, costs of a plan are in US$/MWh",
                where=f"rules {rules.id}: price.unit",
                mend="set price.unit to USD/MWh, or give the bidders in a file",
            )
    sites = _sites(plan)
    free = sites[~sites["is_existing"].astype(bool)]
    names = free["technology"].tolist()
    counts = _counts(bids) or {str(name): names.count(name) for name in sorted(set(names))}
    volume = designs[0].quantity.largest if designs else None
    largest = float(volume) if volume is not None else float(free["capacity_mw"].max())
    return market_of_sites(sites, bids=counts, largest_mw=largest)


def _sites(plan: Path) -> pd.DataFrame:
    """Return the sites of a plan folder."""
    import pyogrio

    try:
        file = plan / "plan.gpkg"
        sites: pd.DataFrame = pyogrio.read_dataframe(file, layer="sites", read_geometry=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        raise InputError(
            "there are no sites", where=str(plan), mend="give a folder that bunyad plan has written"
        ) from None
    return sites


def _counts(bids: tuple[str, ...]) -> dict[str, int]:
    """Turn `solar=20` texts into a mapping."""
    counts = {}
    for text in bids:
        technology, _, count = text.partition("=")
        if not (technology and count.isdecimal() and int(count)):
            raise InputError(
                f"{text!r} is no number of bids", where="--bids", mend="write solar=20"
            )
        counts[technology] = int(count)
    return counts


def _suggestions(rules: Rules, market: Market, conduct: Any, seed: int) -> dict[str, Any]:
    """Return a ceiling and a volume."""
    from bunyad.auction.simulate import suggest_ceiling, suggest_volume
    from bunyad.auction.simulate.reading import suggestion_as_values

    return {
        "ceiling": suggestion_as_values(suggest_ceiling(rules, market, conduct, seed=seed)),
        "volume": suggestion_as_values(suggest_volume(rules, market, conduct, seed=seed)),
    }


def _print_table(designs: list[Rules], found: Comparison, told: dict[str, Any]) -> None:
    """Print the designs side by side."""
    lines = [["", *(one.design for one in found.simulations)]]
    for measure, text in SHOWN.items():
        rows = [one.summary.set_index("measure").loc[measure] for one in found.simulations]
        cells = [f"{row['mean']:,.4g} ({row['low']:,.4g} to {row['high']:,.4g})" for row in rows]
        lines.append([text, *cells])
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        rest = (f"  {cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True))
        print(f"{line[0]:<{widths[0]}}{''.join(rest)}".rstrip())
    print("\nMeans, and between them 90 of 100 auctions.")
    for rules, one in zip(designs, found.simulations, strict=True):
        price, quantity = rules.price.unit, rules.quantity.unit
        how = f"the full engine, for {one.why_clear}" if one.why_clear else "the fast engine"
        print(f"{one.design}: {one.runs} auctions by {how}; prices in {price}, {quantity} on offer")
    for name, suggestion in told.get("suggestions", {}).items():
        print(f"Suggested {name}: {suggestion['value']}, which {suggestion['why']}.")


def _write(out: Path, table: pd.DataFrame, told: dict[str, Any]) -> None:
    """Write the table of designs, or everything."""
    try:
        if out.suffix.lower() == ".csv":
            table.to_csv(out, index=False, lineterminator="\n")
        else:
            out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another file"
        ) from None
