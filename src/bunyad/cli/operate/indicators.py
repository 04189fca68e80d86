"""The commands that tell the figures of a living place, and set them on paper."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bunyad.cli.app import AsJson, say
from bunyad.cli.operate.alarms import DATA, LiveDatabase
from bunyad.cli.operate.app import operate_app
from bunyad.errors import OutputError


@operate_app.command(name="indicators")
def indicators(
    month: str,
    /,
    *,
    data: Path = DATA,
    tenant: str = "",
    as_json: AsJson = False,
    database: LiveDatabase = "",
) -> None:
    """
    Tell the indicators, balances and deviations from the plan of a month.

    Parameters
    ----------
    month
        Year and month, such as 2026-11; hours are UTC.
    data
        Data folder of `bunyad operate serve`.
    tenant
        Tenant of the broker.
    as_json
        Print all of it for machines.
    database
        URL that `bunyad operate serve` has as its --database, by default files in the folder.
    """
    told, _, _ = _tell(month, data, tenant, database)
    if as_json:
        from dataclasses import asdict

        print(json.dumps(asdict(told), ensure_ascii=False))
        return
    from bunyad.operate.indicators.summary import profile

    if told.is_played:
        say("The village is played: its readings are modelled, not measured.")
    for kept in told.plan:
        found = kept.deviation
        share = "" if found.share is None else f"{100 * found.share:+.0f} %"
        print(
            f"{profile(kept, 'en'):<44} {found.actual:>12.1f} {kept.unit:<4}"
            f" plan {found.plan:>12.1f} {share:>7}  {found.verdict} ({found.reason}),"
            f" coverage {100 * found.coverage:.0f} %"
        )
        if kept.weathered is not None and kept.weathered.share is not None:
            print(
                f"{'  at the weather that was':<44} {kept.weathered.actual:>12.1f} {kept.unit:<4}"
                f" plan {kept.weathered.at_weather:>12.1f} {100 * kept.weathered.share:>+5.0f} %"
            )
    if told.solar is not None:
        print(
            f"{'  performance ratio (sun on the level)':<44} {told.solar.ratio:>12.2f}      plan"
            f" {told.solar.plan_ratio:>12.2f}, {told.solar.final_h:.1f} kWh/kWp"
        )
    for service in told.services:
        for line in service.lines:
            plan = "" if line.plan is None else f"plan {line.plan:>12.1f}"
            print(
                f"{f'{service.name}: {line.name}':<44} {line.actual:>12.1f} {line.unit:<4} {plan}"
                f"  coverage {100 * service.coverage:.0f} %"
            )
    for score in told.scores:
        figure = score.figure
        if figure.value is not None:
            band = "" if score.band is None else f", band {score.band}"
            print(
                f"{score.indicator.code:<16} {score.indicator.name:<44} {figure.value:>10.2f}"
                f" {figure.unit}{band}, coverage {100 * figure.coverage:.0f} %"
            )


@operate_app.command(name="report")
def report(  # noqa: PLR0913  (each is an option of the command)
    month: str,
    /,
    *,
    out: Path,
    data: Path = DATA,
    tenant: str = "",
    rules: str = "village",
    language: str = "en",
    database: LiveDatabase = "",
) -> None:
    """
    Set the report of a month as PDF.

    Parameters
    ----------
    month
        Year and month, such as 2026-11; hours are UTC.
    out
        File to write.
    data
        Data folder of `bunyad operate serve`.
    tenant
        Tenant of the broker.
    rules
        The rules that alarms are watched by.
    language
        en or az.
    database
        URL that `bunyad operate serve` has as its --database, by default files in the folder.
    """
    from bunyad.operate.alarms.rules import load_rules
    from bunyad.operate.alarms.statistics import tell_statistics
    from bunyad.operate.indicators.report import report_pdf

    told, events, now = _tell(month, data, tenant, database)
    read = load_rules(rules)
    found = tell_statistics(events, rules=read, start=told.start_s, end=told.end_s)
    pdf = report_pdf(told, found, rules=read, made_s=now, language=language)
    try:
        out.write_bytes(pdf)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another file"
        ) from None
    say(f"{out} written.")


def _tell(month: str, data: Path, tenant: str, database: str) -> tuple[Any, list[Any], float]:
    """Return the figures of a month, its events of alarms, and now [s]."""
    from bunyad.operate.indicators.month import so_far, tell_month
    from bunyad.operate.living import Living
    from bunyad.operate.place import read_place

    place = Living(folder=data, tenant=tenant, database=database)
    with closing(place.records()) as db:
        span = so_far(db, read_place(db), month, now_s=time.time())
        events = None
        if place.is_watched():
            with place.alarms() as log:
                events = [event for _, event in log.events(start=span.start_s, end=span.end_s)]
        return tell_month(span, events), events or [], time.time()
