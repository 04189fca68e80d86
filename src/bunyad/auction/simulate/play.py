"""Play the chosen rules thousands of times."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from bunyad.auction.bids import Bid
from bunyad.auction.clearing import clear
from bunyad.auction.clearing.entries import scale_of
from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate import kernels
from bunyad.auction.simulate.behaviour import Conduct, bid_tables
from bunyad.auction.simulate.defaults import whole
from bunyad.auction.simulate.kernels import After, BidTables, Crowd, Floats, Ints
from bunyad.auction.simulate.market import Market, make_crowd, mean_hours
from bunyad.auction.simulate.measures import Simulation, summarise, tabulate
from bunyad.auction.simulate.plain import ceiling_steps, plain_rules, why_not_plain
from bunyad.errors import InputError

LARGEST_SEED = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An auction that is ready to be played again and again."""

    rules: Rules
    market: Market
    crowd: Crowd
    tables: BidTables
    after: After


def simulate_auction(
    rules: Rules,
    market: Market,
    conduct: Conduct | None = None,
    *,
    runs: int | None = None,
    seed: int = 0,
    workers: int = 1,
) -> Simulation:
    """
    Play an auction many times with bidders drawn anew.

    The same seed draws the same bidders whatever the rules, so that designs are compared on equal
    ground. Rules that the fast engine does not know are played by `bunyad.auction.clear` itself,
    fewer times.

    Parameters
    ----------
    rules
        The rules.
    market
        Who may bid, at what cost.
    conduct
        How they bid and what follows; without it the equilibrium, corrected, without penalty.
    runs
        Auctions; none: as many as `data/defaults.csv` says for the engine.
    seed
        Seed of all draws.
    workers
        Threads of the fast engine; the result is the same.

    Returns
    -------
    Simulation
        Each auction's measures and their distributions.

    Raises
    ------
    InputError
        If `runs` or `seed` cannot be, or the rules ask for what cannot go together.

    Examples
    --------
    >>> from bunyad.auction.simulate import Group, Market, simulate_auction
    >>> rules = Rules.model_validate({
    ...     "format": "bunyad-auction-rules/1", "id": "one", "title": "One unit", "volume": "1",
    ...     "price": {"currency": "USD", "unit": "USD/MWh", "ceiling": "100"},
    ... })
    >>> market = Market(groups=(Group(bids=4, costs=(0, 100), sizes=(1,)),))
    >>> round(simulate_auction(rules, market, runs=20_000).mean("award_price"))
    40
    """
    conduct = conduct or Conduct()
    why = why_not_plain(rules)
    if runs is None:
        runs = whole("runs_by_clear" if why else "runs")
    if runs < 1 or not 0 <= seed < LARGEST_SEED:
        raise InputError(
            f"{runs} runs with the seed {seed}", where="simulate",
            mend=f"give at least 1 run and a seed from 0 to {LARGEST_SEED - 1}",
        )  # fmt: skip
    table = _set_table(rules, market, conduct)
    out = np.zeros((runs, kernels.MEASURES))
    if why:
        _play_by_clear(table, seed, out)
    else:
        _play_fast(table, seed, out, workers)
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    outcomes = tabulate(out, 10.0**-rules.quantity.decimals, sign)
    return Simulation(
        design=rules.id, engine="clear" if why else "kernel", why_clear=why, runs=runs, seed=seed,
        outcomes=outcomes, summary=summarise(outcomes),
    )  # fmt: skip


def draw_bids(
    rules: Rules, market: Market, conduct: Conduct, *, seed: int, runs: int
) -> Iterator[tuple[list[Bid], Floats]]:
    """Yield, run after run, the bids as they are handed in and what each slot costs in truth."""
    table = _set_table(rules, market, conduct)
    for run in range(runs):
        cost, price, quantity, ticket, least = _drawn(table, seed, run)
        yield list(_bids(table, price, quantity, ticket, least)), cost


def _set_table(rules: Rules, market: Market, conduct: Conduct) -> Table:
    """Make an auction ready to be played."""
    return Table(
        rules=rules,
        market=market,
        crowd=make_crowd(market, rules),
        tables=bid_tables(rules, market, conduct),
        after=_after(rules, market, conduct),
    )


def _play_fast(table: Table, seed: int, out: Floats, workers: int) -> None:
    """Play by the fast engine, in as many parts as there are workers."""
    rule = plain_rules(table.rules)
    ceilings = [ceiling_steps(table.rules, group.technology) for group in table.market.groups]
    ceiling = np.array(ceilings, np.int64)[table.crowd.group]
    parts = np.array_split(np.arange(len(out)), workers)

    def work(part: Ints) -> None:
        if part.size:
            rows = out[part[0] : part[-1] + 1]
            kernels.play(
                rule, table.crowd, table.tables, table.after, ceiling, seed, int(part[0]), rows
            )

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, parts))


def _play_by_clear(table: Table, seed: int, out: Floats) -> None:
    """Play by the engine that clears."""
    rules, crowd = table.rules, table.crowd
    sign = 1 if rules.price.direction == "lowest_wins" else -1
    steps = scale_of(rules).quantity_steps
    for run, row in enumerate(out):
        cost, price, quantity, ticket, least = _drawn(table, seed, run)
        bids = list(_bids(table, price, quantity, ticket, least))
        result = clear(rules, bids, seed=f"{seed}/{run}", explain=False)
        awarded, paid = np.zeros(cost.size, np.int64), np.zeros(cost.size)
        for decision in result.decisions:
            slot = int(decision.bid)
            awarded[slot], paid[slot] = steps(decision.quantity), float(decision.price)
        offered = [pot.offered for pot in result.pots if pot.offered is not None]
        called = rules.volume if rules.volume is not None else sum(offered, Decimal(0))
        row[kernels.OFFERED] = steps(called) if called else awarded.sum()
        row[kernels.BID] = sum(steps(pot.bid) for pot in result.pots)
        row[kernels.IS_CANCELLED] = result.state == "cancelled"
        kernels.build_run(crowd, table.after, sign, cost, awarded, paid, row)


def _drawn(table: Table, seed: int, run: int) -> tuple[Floats, Ints, Ints, Floats, Ints]:
    """Draw one auction: costs, prices, quantities, tickets and least quantities."""
    count = table.crowd.group.size
    cost, signal, ticket = np.empty(count), np.empty(count), np.empty(count)
    quantity, price, least = (np.empty(count, np.int64) for _ in range(3))
    kernels.draw_run(table.crowd, seed, run, cost, signal, quantity, ticket)
    kernels.price_bids(table.crowd, table.tables, signal, quantity, price, least)
    return cost, price, quantity, ticket, least


def _bids(
    table: Table, price: Ints, quantity: Ints, ticket: Floats, least: Ints
) -> Iterator[Bid]:  # fmt: skip
    """Return what is handed in; the identifier of a bid is its slot."""
    scale = scale_of(table.rules)
    years = sorted(table.rules.budget.by_year) if table.rules.budget else _budget_years(table.rules)
    for slot in np.flatnonzero(quantity):
        group = table.market.groups[table.crowd.group[slot]]
        yield Bid(
            id=str(slot),
            bidder=str(table.crowd.bidder[slot]),
            price=scale.price_of(int(price[slot])),
            quantity=scale.quantity_of(int(quantity[slot])),
            lot=group.lot,
            technology=group.technology,
            region=group.region,
            delivery_year=years[0] if years else None,
            is_divisible=group.least_share < 1,
            least_quantity=scale.quantity_of(int(least[slot])),
            scores={name: Decimal(str(value)) for name, value in group.scores.items()},
            submitted=f"{ticket[slot]:.17f}",
        )


def _budget_years(rules: Rules) -> list[int]:
    """Return the years in which pots have money."""
    return sorted({year for pot in rules.pots if pot.budget for year in pot.budget.by_year})


def _after(rules: Rules, market: Market, conduct: Conduct) -> After:
    """Return what follows the award, where nothing else is said at the ceiling."""
    replacement = conduct.replacement_price
    if replacement is None:
        known = rules.price.ceiling if rules.price.direction == "lowest_wins" else Decimal(0)
        dearest = max(group.costs[-1] for group in market.groups)
        replacement = dearest if known is None else float(known)
    return After(
        exit_penalty=float(conduct.exit_penalty),
        reference_price=float(conduct.reference_price),
        replacement_price=float(replacement),
        replacement_weight=mean_hours(market) * 10.0**-rules.quantity.decimals,
    )
