"""The command that clears opened bids by any rules."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bunyad.cli.app import AsJson, say
from bunyad.cli.auction.app import auction_app
from bunyad.cli.auction.called import called_rules
from bunyad.errors import BunyadError, OutputError

if TYPE_CHECKING:
    from bunyad.auction.bids import Bid, Case
    from bunyad.auction.clearing import Result
    from bunyad.auction.rules import Rules

SHOWN = ("bid", "bidder", "lot", "state", "quantity", "price", "winning_price", "why")


@auction_app.command(name="clear")
def clear_bids(  # noqa: PLR0913  (each is an option of the command)
    rules: str,
    bids: Path,
    /,
    *,
    seed: str = "",
    volume: str | None = None,
    ceiling: str | None = None,
    confirm: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Clear opened bids by rules, and tell of each bid what became of it and why.

    Bids are a CSV or JSON file with id, bidder, price and quantity; or a JSON file of published
    auctions (capacity, bids as [name, price, quantity], awards), each of which is cleared and held
    against its awards.

    Parameters
    ----------
    rules
        A YAML or JSON file of rules, or the name of ready-made ones.
    bids
        The bids, or published auctions.
    seed
        Seed of the draw between equal bids.
    volume
        Volume on offer, where the rules leave it to each call or another is wanted.
    ceiling
        Highest price, likewise.
    confirm
        Solve again with a second solver, where the rules ask for the best set.
    out
        File to write the result to: .csv for the table, else JSON.
    as_json
        Print the result for machines.
    """
    from bunyad.auction.bids import read_bids

    read = called_rules(rules, volume=volume, ceiling=ceiling)
    cases = _cases(bids)
    if cases is not None:
        _clear_cases(read, cases, seed, out, as_json=as_json)
        return
    taken = read_bids(bids)
    result, told = _cleared(read, taken, seed, confirm=confirm)
    if out is not None:
        _write(out, result, told)
    if as_json:
        print(_dump(told))
    elif out is None:
        _print_table(result, told)
    else:
        print(f"The result is in {out}.")


def _cases(path: Path) -> tuple[Case, ...] | None:
    """Return the published auctions in a file; none: it holds bids."""
    from bunyad.auction.bids import read_cases

    if path.suffix.lower() != ".json":
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None  # reading it as bids tells what is wrong
    if isinstance(content, dict) and ("cases" in content or "capacity" in content):
        return read_cases(path)
    return None


def _cleared(
    rules: Rules, bids: Sequence[Bid], seed: str, *, confirm: bool
) -> tuple[Result, dict[str, Any]]:
    """Clear, and confirm if asked; return the result and what is told of it."""
    from bunyad.auction import clearing

    result = clearing.clear(rules, bids, seed=seed)
    told = clearing.result_as_values(result)
    if confirm:
        second = clearing.confirm(rules, bids, result)
        told["confirmation"] = {
            "agrees": second.agrees,
            "best": f"{second.best:f}",
            "is_proven": second.is_proven,
            "faults": list(second.faults),
        }
    return result, told


def _clear_cases(
    rules: Rules, cases: Sequence[Case], seed: str, out: Path | None, *, as_json: bool
) -> None:
    """Clear published auctions and hold each against its awards."""
    from bunyad.auction.clearing import clear

    told: list[dict[str, Any]] = []
    for case in cases:
        try:
            result = clear(case.rules(rules), case.bids, seed=seed, explain=False)
        except BunyadError:
            say(f"{case.id} cannot be cleared.")
            raise
        awards: dict[str, Decimal] = {}
        for one in result.decisions:
            if one.quantity:
                awards[one.bidder] = awards.get(one.bidder, Decimal(0)) + one.quantity
        texts = {name: f"{quantity:f}" for name, quantity in awards.items()}
        agrees = awards == case.awards if case.awards else None
        told.append({"id": case.id, "awards": texts, "agrees": agrees})
    if out is not None:
        _write_text(out, _dump(told) + "\n")
    if as_json:
        print(_dump(told))
        return
    words = {True: "as published", False: "NOT as published", None: "no awards published"}
    for found in told:
        print(f"{found['id']}: {words[found['agrees']]}")
        for name, quantity in found["awards"].items():
            print(f"  {name}: {quantity} {rules.quantity.unit}")


def _print_table(result: Result, told: dict[str, Any]) -> None:
    """Print a line for each bid, and the sums of the pots."""
    from bunyad.auction.clearing import decision_rows

    rows = decision_rows(result)
    names = [name for name in SHOWN if any(row[name] for row in rows)]
    widths = {name: max([len(name), *(len(row[name]) for row in rows)]) for name in names}
    for row in [dict(zip(names, names, strict=True)), *rows]:
        print("  ".join(f"{row[name]:<{widths[name]}}" for name in names).rstrip())
    print()
    if result.why:
        print(f"{result.state}: {result.why}")
    for pot in result.pots:
        offered = "" if pot.offered is None else f" of {pot.offered:f}"
        price = "" if pot.clearing_price is None else f" at {pot.clearing_price:f}"
        print(f"{pot.pot}: awarded {pot.awarded:f}{offered}{price}; bid {pot.bid:f}")
    if result.proof.method == "optimal":
        print(f"worth {result.proof.objective:f}, at most {result.proof.bound:f} is possible")
    if "confirmation" in told:
        agrees = told["confirmation"]["agrees"]
        print(f"A second solver {'agrees' if agrees else 'does NOT agree'}.")


def _write(out: Path, result: Result, told: dict[str, Any]) -> None:
    """Write the table or all of the result."""
    from bunyad.auction.clearing import COLUMNS, decision_rows

    if out.suffix.lower() == ".csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(decision_rows(result))
        _write_text(out, text.getvalue())
    else:
        _write_text(out, _dump(told) + "\n")


def _dump(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _write_text(out: Path, text: str) -> None:
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another file"
        ) from None
