"""The commands about alarms: rules, watching, the list, acts, statistics."""

from __future__ import annotations

import getpass
import json
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from bunyad.cli.app import AsJson, say
from bunyad.cli.operate.app import operate_app
from bunyad.errors import InputError

if TYPE_CHECKING:
    from bunyad.operate.alarms.keeping import AlarmLog

alarms_app = App(name="alarms", help="Alarms of a living place: rules, watching, list, statistics.")
operate_app.command(alarms_app)
alarm_rules_app = App(name="rules", help="Rules of alarms: ready-made, checked, described.")
alarms_app.command(alarm_rules_app)

LiveDatabase = Annotated[str, Parameter(env_var="BUNYAD_OPERATE_DATABASE_URL")]
DATA = Path("bunyad-data")
"""Where the records are by default, as for `bunyad operate serve`."""


@alarm_rules_app.command(name="list")
def list_rules(rules: str = "village", /, *, as_json: AsJson = False) -> None:
    """
    List the alarms of a file of rules.

    Parameters
    ----------
    rules
        A YAML or JSON file, or the name of ready-made rules.
    as_json
        Print them for machines.
    """
    from bunyad.operate.alarms.rules import load_rules

    read = load_rules(rules)
    if as_json:
        print(json.dumps(read.model_dump(mode="json", by_alias=True), ensure_ascii=False))
        return
    width = max(len(one.id) for one in read.rules)
    for one in read.rules:
        print(f"{one.id:<{width}}  {one.priority:<8}  {one.about:<24}  {one.title.en}")


@alarm_rules_app.command(name="show")
def show_rules(name: str = "village", /) -> None:
    """
    Print ready-made rules as YAML, to start your own from.

    Parameters
    ----------
    name
        Name of ready-made rules, such as village.
    """
    from bunyad.operate.alarms.rules import rules_text

    print(rules_text(name), end="")


@alarm_rules_app.command(name="check")
def check_rules(rules: str, /) -> None:
    """
    Check rules and tell every fault with its line.

    Parameters
    ----------
    rules
        A YAML or JSON file, or the name of ready-made rules.
    """
    from bunyad.operate.alarms.engine import Engine
    from bunyad.operate.alarms.rules import load_rules

    read = load_rules(rules)
    Engine(read, [], start=0.0)
    print(f"{rules} is sound: {len(read.rules)} alarms, version {read.version}")


@alarm_rules_app.command(name="schema")
def rules_schema() -> None:
    """Print the JSON Schema of rules, for editors to complete and check."""
    from bunyad.operate.alarms.rules import rules_schema as schema

    print(json.dumps(schema(), indent=2, ensure_ascii=False))


@alarms_app.command(name="watch")
def watch(  # noqa: PLR0913  (each is an option of the command)
    *,
    data: Path = DATA,
    rules: str = "village",
    tenant: str = "",
    by_readings: bool = False,
    once: bool = False,
    every: float = 2.0,
    database: LiveDatabase = "",
) -> None:
    """
    Watch a living place, and keep the log of its alarms; Ctrl-C stops.

    One process watches a place. After a stop or a crash it goes on where it was. With a database
    several may be started: one watches, and another takes over when it ends.

    Parameters
    ----------
    data
        Data folder of `bunyad operate serve`.
    rules
        A YAML or JSON file, or the name of ready-made rules.
    tenant
        Tenant of the broker.
    by_readings
        Time goes as far as the newest reading, for villages that are played faster than real.
    once
        Take in what is there, and stop.
    every
        How often to look for readings [s].
    database
        URL that `bunyad operate serve` has as its --database, by default files in the folder.
    """
    from bunyad.operate.alarms.duty import Duty
    from bunyad.operate.alarms.rules import load_rules
    from bunyad.operate.alarms.watching import Clock, Watcher
    from bunyad.operate.living import Living

    read = load_rules(rules)
    place = Living(folder=data, tenant=tenant, database=database)
    reader = place.records()
    clock: Clock = "readings" if by_readings else "wall"
    duty = Duty(
        open_log=place.alarms, is_shared=bool(database), every_s=every, once=once, say=say,
        make_watcher=lambda log: Watcher(lambda: reader, log, read, clock=clock),
    )  # fmt: skip
    titles = {one.id: one.title.en for one in read.rules}
    with closing(reader):
        for event in duty.keep():
            said = titles.get(event.rule, event.what.replace("_", " "))
            thing = event.thing.rsplit(":", 1)[-1]
            print(f"{_clock(event.at)}  {event.after.word:<22}  {said}: {thing}", flush=True)


@alarms_app.command(name="list")
def list_alarms(
    *, data: Path = DATA, rules: str = "village", tenant: str = "", as_json: AsJson = False,
    database: LiveDatabase = "",
) -> None:  # fmt: skip
    """
    List the alarms that stand, the most urgent first.

    Parameters
    ----------
    data
        Data folder of `bunyad operate serve`.
    rules
        The rules that are watched by.
    tenant
        Tenant of the broker.
    as_json
        Print them for machines.
    database
        URL that `bunyad operate serve` has as its --database, by default files in the folder.
    """
    from bunyad.operate.alarms.rules import PRIORITIES, load_rules

    known = {one.id: one for one in load_rules(rules).rules}
    with _log(data, tenant, database) as log:
        found = [one for one in log.standing() if one.rule in known]
    found.sort(key=lambda one: (PRIORITIES.index(known[one.rule].priority), one.since))
    if as_json:
        told = [
            {
                "rule": one.rule, "thing": one.thing, "state": one.state.word,
                "priority": known[one.rule].priority, "since": one.since, "cause": one.cause,
                "amount": known[one.rule].tell_amount(one.amount).get("en", ""),
            }
            for one in found
        ]  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return
    for one in found:
        rule = known[one.rule]
        amount = rule.tell_amount(one.amount).get("en", "")
        print(
            f"{_clock(one.since)}  {rule.priority:<8}  {one.state.word:<22}  "
            f"{rule.title.en}: {one.thing}{f', {amount}' if amount else ''}"
        )


@alarms_app.command(name="act")
def act(  # noqa: PLR0913  (each is an option of the command)
    kind: str,
    rule: str,
    thing: str,
    /,
    *,
    data: Path = DATA,
    tenant: str = "",
    by: str = "",
    note: str = "",
    hours: float | None = None,
    wait: float = 10.0,
    database: LiveDatabase = "",
) -> None:
    """
    Acknowledge, shelve or reset an alarm, or take it out of service.

    Parameters
    ----------
    kind
        acknowledge, reset, shelve, unshelve, take_out_of_service or return_to_service.
    rule
        Rule of the alarm.
    thing
        Id of its thing.
    data
        Data folder of `bunyad operate serve`.
    tenant
        Tenant of the broker.
    by
        Who does it; by default the user of this machine.
    note
        Why.
    hours
        How long it lies on the shelf [h].
    wait
        How long to wait for the process that watches [s].
    database
        URL that `bunyad operate serve` has as its --database, by default files in the folder.
    """
    from bunyad.operate.alarms.events import ACTS, Act

    if kind not in ACTS:
        raise InputError(f"{kind!r} is no act", where="act", mend=f"choose from {', '.join(ACTS)}")
    now = time.time()
    until = None if hours is None else now + 3600 * hours
    asked = Act(
        at=now, kind=kind, rule=rule, thing=thing, by=by or getpass.getuser(), note=note,
        until=until,
    )  # fmt: skip
    with _log(data, tenant, database) as log:
        number = log.ask(asked)
        ends = time.monotonic() + wait
        while (answer := log.answer(number)) is None and time.monotonic() < ends:
            time.sleep(0.1)
    if answer is None:
        say("It waits for the process that watches: is `bunyad operate alarms watch` running?")
    elif answer:
        raise InputError(answer, where=f"alarm {rule} of {thing}", mend="look at the list again")
    else:
        say("Done.")


@alarms_app.command(name="trial")
def trial(  # noqa: PLR0913  (each is an option of the command)
    plan: Path,
    /,
    *,
    settlement: str,
    fault: tuple[str, ...] = (),
    hours: int = 72,
    start: str = "2030-07-01T00:00:00Z",
    rules: str = "village",
    seed: int = 1,
    as_json: AsJson = False,
) -> None:
    """
    Try rules on a village that is played with known faults: precision and recall.

    Parameters
    ----------
    plan
        A plan folder.
    settlement
        Identifier of the settlement, such as aghali.
    fault
        KIND@START+SPAN:NAME=SIZE, as for `bunyad operate simulate`; may be given again and again.
    hours
        How long it is played [h].
    start
        When playing begins, UTC.
    rules
        A YAML or JSON file, or the name of ready-made rules.
    seed
        Seed of the noise and of where faults strike.
    as_json
        Print the result for machines.
    """
    from bunyad.operate.alarms.rules import load_rules
    from bunyad.operate.alarms.trial import try_rules
    from bunyad.operate.records import from_iso
    from bunyad.operate.village.folder import read_village

    try:
        from_us = from_iso(start)
    except ValueError:
        raise InputError(
            f"the time is {start!r}", where="--start", mend="write it as 2030-07-01T00:00:00Z"
        ) from None
    village = read_village(plan, settlement)
    found = try_rules(village, load_rules(rules), fault, from_us=from_us, hours=hours, seed=seed)
    verdict = found.verdict
    if as_json:
        told = {
            "precision": verdict.precision, "recall": verdict.recall, "readings": found.readings,
            "missed": [f"{one.kind} {one.thing}" for one in verdict.missed],
            "false": [f"{one.rule} {one.thing}" for one in verdict.false],
        }  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return
    for one, delay in verdict.found:
        print(f"found   {one.kind}: {one.thing}, after {delay / 60:.0f} min")
    for one in verdict.missed:
        print(f"missed  {one.kind}: {one.thing}")
    for event in verdict.false:
        print(f"false   {event.rule}: {event.thing}, {_clock(event.at)}")
    print(
        f"precision {verdict.precision:.3f}, recall {verdict.recall:.3f}, "
        f"{found.readings} readings of {found.things} things"
    )


@alarms_app.command(name="statistics")
def statistics(
    *, data: Path = DATA, rules: str = "village", tenant: str = "", days: float = 30.0,
    as_json: AsJson = False, database: LiveDatabase = "",
) -> None:  # fmt: skip
    """
    Tell whether a person can live with the alarms, beside the targets of ISA-18.2.

    Parameters
    ----------
    data
        Data folder of `bunyad operate serve`.
    rules
        The rules that are watched by.
    tenant
        Tenant of the broker.
    days
        How far to look back from the last event [d].
    as_json
        Print them for machines.
    database
        URL that `bunyad operate serve` has as its --database, by default files in the folder.
    """
    from dataclasses import asdict

    from bunyad.operate.alarms.rules import load_rules
    from bunyad.operate.alarms.statistics import targets, tell_statistics

    read = load_rules(rules)
    with _log(data, tenant, database) as log:
        found = log.events()
    end = found[-1][1].at if found else time.time()
    start = max(end - 86400 * days, found[0][1].at if found else end - 86400 * days)
    events = [event for _, event in found if event.at >= start]
    told = tell_statistics(events, rules=read, start=start, end=max(end, start + 3600))
    if as_json:
        print(json.dumps(asdict(told), ensure_ascii=False))
        return
    for name, target in targets().items():
        if name.startswith("priority"):
            continue
        value = getattr(told, name)
        shown = len(value) if isinstance(value, tuple) else value
        print(f"{name:<18}  {shown:>8.3g}   target: at most {target.value:g}")
    for rule, thing, count in told.top_ten:
        print(f"{count:>6}  {rule}: {thing}")


def _log(data: Path, tenant: str, database: str) -> AlarmLog:
    from bunyad.operate.living import Living

    place = Living(folder=data, tenant=tenant, database=database)
    if not place.is_watched():
        raise InputError(
            "no alarms were watched there", where="--database" if database else str(data),
            mend="start `bunyad operate alarms watch`",
        )  # fmt: skip
    return place.alarms()


def _clock(at_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(at_s))
