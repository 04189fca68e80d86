"""The commands of exchanges: match, and check that nobody has a reason to swap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import give, read_bytes, read_json, read_yaml
from bunyad.cli.partner.app import partner_app
from bunyad.errors import Fault, InputError

if TYPE_CHECKING:
    from bunyad.partner.exchange import Exchange, Matching

exchange_app = App(
    name="exchange", help="Places at hosts, given so that nobody has a reason to swap."
)
partner_app.command(exchange_app)
WRITTEN = (".yaml", ".yml", ".json")


@exchange_app.command(name="match")
def match(  # noqa: PLR0913  (options of a command)
    exchange: Path, /, *, hosts_best: bool = False, exact: bool = False, seed: int | None = None,
    seconds: float = 60.0, out: Path | None = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """
    Match applicants with hosts.

    Deferred acceptance solves plain markets; couples and quotas are matched exactly: stable where
    that can be, with the fewest blocking pairs where it cannot.

    Parameters
    ----------
    exchange
        YAML or JSON file, or an instance in a text format of research (hr, hrtc, hrc, smp, spa).
    hosts_best
        Give hosts the best of all stable matchings, instead of applicants.
    exact
        Match exactly even where there are no couples and quotas: the most are placed.
    seed
        Of the lottery that breaks ties; none: the order written breaks them.
    seconds
        Time limit of each question of the exact method [s].
    out
        File for the matching as JSON.
    as_json
        Print for machines.
    """
    from bunyad.partner.exchange import (
        blocking_pairs,
        count_wishes,
        match_exactly,
        match_exchange,
    )

    read = _read(exchange)
    if exact:
        found = match_exactly(read, seconds=seconds)
    else:
        found = match_exchange(
            read, best_for="hosts" if hosts_best else "applicants", seed=seed, seconds=seconds
        )
    blocking = blocking_pairs(read, found)
    values = _values(read, found, len(blocking))
    if out is not None:
        give(values, out)
    if as_json:
        print(json.dumps(values, ensure_ascii=False))
        return
    for name, host in values["placed"].items():
        print(f"{name}  {host}")
    counts = count_wishes(read, found)
    stands = "stable" if not blocking else f"{len(blocking)} blocking pairs"
    print(f"{counts.placed} of {counts.applicants} placed in {counts.places} places; {stands}")
    for place, count in enumerate(counts.by_wish, start=1):
        print(f"wish {place}: {count}")
    for note in found.notes:
        print(f"{note[:1].upper()}{note[1:]}.")


@exchange_app.command(name="check")
def check(exchange: Path, matching: Path, /) -> None:
    """
    Check a matching: places, lists, quotas, and whether it is stable.

    Parameters
    ----------
    exchange
        YAML or JSON file, or an instance in a text format of research.
    matching
        JSON file that `match --out` wrote.
    """
    from bunyad.partner.exchange import NOWHERE, Matching, blocking_pairs

    read = _read(exchange)
    written = read_json(matching)
    placed = written.get("placed") if isinstance(written, dict) else None
    if not isinstance(placed, dict):
        raise InputError("it tells of no places", where=str(matching), mend="match again")
    hosts = {name: place for place, name in enumerate(read.hosts)}
    unknown = [f"{one}" for one in placed.values() if one not in hosts]
    unknown += [one for one in placed if one not in read.applicants]
    if unknown:
        raise InputError.of(
            Fault(str(matching), f"{one} is unknown", "match again") for one in unknown
        )
    host_of = tuple(hosts[placed[name]] if name in placed else NOWHERE for name in read.applicants)
    found = blocking_pairs(read, Matching(host_of=host_of, method="given"))
    for one in found:
        who = " and ".join(read.applicants[each] for each in one.applicants)
        where = " and ".join(read.hosts[each] for each in one.hosts if each != NOWHERE)
        print(f"{who} and {where} would rather have one another ({one.why})")
    if found:
        raise InputError(f"{len(found)} blocking pairs", where=str(matching), mend="match again")
    print(f"{matching} is stable")


def _read(path: Path) -> Exchange:
    from bunyad.partner.exchange import read_exchange, read_instance

    if path.suffix.lower() in WRITTEN:
        return read_exchange(read_yaml(path), where=str(path))
    return read_instance(read_bytes(path).decode("utf-8", "replace"), where=str(path))


def _values(exchange: Exchange, found: Matching, blocking: int) -> dict[str, Any]:
    from dataclasses import asdict

    from bunyad.partner.exchange import NOWHERE, count_wishes

    return {
        "placed": {
            name: exchange.hosts[host]
            for name, host in zip(exchange.applicants, found.host_of, strict=True)
            if host != NOWHERE
        },
        "stable": blocking == 0,
        "blocking_pairs": blocking,
        "method": found.method,
        "proved": found.is_optimal,
        "notes": list(found.notes),
        "wishes": asdict(count_wishes(exchange, found)),
    }
