"""The commands about ventures: sign, check, remind, share cash, tell who owns what."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import give, read_json, read_yaml
from bunyad.cli.partner.app import partner_app, write_file
from bunyad.errors import InputError

if TYPE_CHECKING:
    from bunyad.partner.ventures import VentureEvent, VentureState

venture_app = App(
    name="venture", help="Agreements and joint ventures: sign, check, remind, share the money."
)
partner_app.command(venture_app)


@venture_app.command(name="sign")
def sign(events: Path, /, *, party: str, keys: Path, out: Path | None = None) -> None:
    """
    Sign the version of an agreement that waits for signatures, on this machine.

    Parameters
    ----------
    events
        JSON file with the venture's events.
    party
        Who signs, as the terms name it.
    keys
        Your secret.json, as `bunyad auction keys` makes it.
    out
        New file for the body of the signature, instead of printing it.
    """
    from bunyad.partner.ventures import sign_version

    state = _folded(_events(events))
    if state.proposed is None:
        raise InputError("no version waits", where=str(events), mend="ask for the newest events")
    secret = read_json(keys)
    if not isinstance(secret, dict) or not isinstance(secret.get("signing_secret"), str):
        raise InputError("it holds no signing_secret", where=str(keys), mend="give secret.json")
    give(
        sign_version(
            state.venture, state.version, state.proposed, party=party,
            secret=secret["signing_secret"],
        ),
        out,
    )  # fmt: skip


@venture_app.command(name="check")
def check(events: Path, /, *, language: str = "en", as_json: AsJson = False) -> None:
    """
    Replay a venture's events, check every rule and signature, and tell its story.

    Parameters
    ----------
    events
        JSON file with the venture's events.
    language
        en or az.
    as_json
        Print the state for machines.
    """
    from bunyad.partner.ventures import tell_event

    found = _events(events)
    state = _folded(found)
    if as_json:
        print(json.dumps({"venture": state.venture, "stage": state.stage, "events": state.size,
                          "version": state.version, "agreed_version": state.agreed_version,
                          "terms": state.terms}, ensure_ascii=False))  # fmt: skip
        return
    for one in found:
        print(f"{one.time[:10]}  {tell_event(one, language)}")
    print(f"{events} is sound: {state.stage}, version {state.agreed_version} holds")


@venture_app.command(name="reminders")
def remind(
    events: Path, /, *, today: str | None = None, ahead_days: int = 14, as_json: AsJson = False
) -> None:
    """
    List what is due soon or overdue in a venture, and who has to do it.

    Parameters
    ----------
    events
        JSON file with the venture's events.
    today
        Day to reckon from, such as 2026-11-22; the present day if left out.
    ahead_days
        Days ahead that are looked at [d].
    as_json
        Print the reminders for machines.
    """
    from dataclasses import asdict

    from bunyad.partner.ventures import due_reminders

    try:
        day = date.fromisoformat(today) if today else datetime.now(UTC).date()
    except ValueError:
        raise InputError(f"{today!r} is no day", where="--today", mend="give 2026-11-22") from None
    found = due_reminders(_folded(_events(events)), day, ahead_days=ahead_days)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        print(f"{one.due}  {one.days:>5} d  {one.party}  {one.kind}: {one.what}")
    if not found:
        print("Nothing is due.")


@venture_app.command(name="waterfall")
def waterfall(file: Path, /, *, out: Path | None = None, as_json: AsJson = False) -> None:
    """
    Share a venture's cash among its parties, tier by tier.

    Parameters
    ----------
    file
        YAML or JSON: shares by party, flows_usd with one amount a year (below 0: paid in), and
        terms with preferred_rate, carry, catch_up and sponsor.
    out
        CSV to write, with what each party gets of each tier in each year.
    as_json
        Print flows and returns for machines.
    """
    from bunyad.partner.ventures import WaterfallTerms, pour_cash

    content = _content(file, ("shares", "flows_usd"))
    given = content.get("terms") or {}
    names = ("preferred_rate", "carry", "catch_up", "sponsor")
    if not isinstance(given, dict) or set(given) - set(names):
        raise InputError(
            "it has unknown terms", where=f"{file}: terms", mend=f"give {', '.join(names)}"
        )
    terms = WaterfallTerms(**{name: str(value) for name, value in given.items()})
    shares = {str(name): str(value) for name, value in content["shares"].items()}
    cents = _cents(content["flows_usd"], f"{file}: flows_usd")
    found = pour_cash(
        [max(-one, 0) for one in cents], [max(one, 0) for one in cents], shares, terms
    )
    if out is not None:
        write_file(out, found.paid.to_csv(index=False).encode())
    if as_json:
        print(json.dumps({"flows_usd": found.flows_usd, "irr": found.irr}))
        return
    for name, flow in found.flows_usd.items():
        rate = found.irr[name]
        told = "no return can be told" if rate is None else f"{100 * rate:.2f} % a year"
        print(f"{name}: {sum(flow):,.2f} US$ net, {told}")


@venture_app.command(name="cap-table")
def tell_cap_table(file: Path, /, *, out: Path | None = None, as_json: AsJson = False) -> None:
    """
    Tell who owns how many shares after each round of finance.

    Parameters
    ----------
    file
        YAML or JSON: founders with their shares, and rounds with name, before_usd, invested_usd
        and given.
    out
        CSV to write.
    as_json
        Print the table for machines.
    """
    from bunyad.partner.ventures import FinanceRound, cap_table

    content = _content(file, ("founders",))
    try:
        founders = {str(name): int(count) for name, count in content["founders"].items()}
        rounds = [
            FinanceRound(
                name=str(one["name"]),
                before_usd=str(one["before_usd"]),
                invested_usd={str(who): str(usd) for who, usd in one["invested_usd"].items()},
                given={str(who): int(count) for who, count in (one.get("given") or {}).items()},
            )
            for one in content.get("rounds") or ()
        ]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(
            f"founders or rounds cannot be read ({error!r})", where=str(file),
            mend="see docs/how-to/found-a-venture.md",
        ) from None  # fmt: skip
    table = cap_table(founders, rounds)
    if out is not None:
        write_file(out, table.to_csv(index=False).encode())
    if as_json:
        print(json.dumps(table.to_dict("records")))
        return
    for row in table.to_dict("records"):
        part = f"{100 * row['part']:>7.2f} %"
        print(f"{row['round']:<12} {row['party']:<16} {row['shares']:>10} shares {part}")


def _content(file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a file holds, with some parts that it needs."""
    content = read_yaml(file)
    missing = [name for name in names if not isinstance(content, dict) or content.get(name) is None]
    if missing:
        raise InputError(
            f"it has no {missing[0]}", where=str(file), mend=f"give {', '.join(names)}"
        )
    wrong = [name for name in names if name != "flows_usd" and not isinstance(content[name], dict)]
    if wrong:
        raise InputError(f"{wrong[0]} names nobody", where=str(file), mend="give names and values")
    return dict(content)


def _cents(values: Any, where: str) -> list[int]:
    """Return amounts as whole cents."""
    from bunyad.auction.money import to_steps

    if not isinstance(values, list):
        raise InputError("it is no list", where=where, mend="give one amount a year")
    return [to_steps(str(one), 2, where=where) for one in values]


def _events(path: Path) -> list[VentureEvent]:
    from bunyad.partner.ventures import read_venture_event

    content = read_json(path)
    if not isinstance(content, list) or not content:
        raise InputError(
            "it is no list of events", where=str(path), mend="give the venture's events"
        )
    return [read_venture_event(one) for one in content]


def _folded(events: list[VentureEvent]) -> VentureState:
    """Return the state after events, each of which is checked."""
    from bunyad.partner.ventures import apply_event, may_follow

    state: VentureState | None = None
    for one in events:
        may_follow(state, one, one.time)
        state = apply_event(state, one)
    assert state is not None, "a list of events is not empty"
    return state
