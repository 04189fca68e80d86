"""The figures of a month on paper, in English or Azerbaijani."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from bunyad.operate.alarms.rules import Rules
from bunyad.operate.alarms.statistics import Statistics, targets
from bunyad.operate.indicators.balances import Balance
from bunyad.operate.indicators.catalogue import sources
from bunyad.operate.indicators.charts import daily_panels, deviation_bars
from bunyad.operate.indicators.formulas import Scored
from bunyad.operate.indicators.kept import Kept
from bunyad.operate.indicators.month import Month
from bunyad.operate.indicators.services import Line, Service
from bunyad.operate.indicators.summary import (
    DASH,
    number,
    percent,
    profile,
    signed,
    three_lines,
)
from bunyad.operate.indicators.words import has_words, words
from bunyad.pdf import typeset

_MINUTE_S, _HOUR_S, _DAY_S = 60.0, 3600.0, 86400.0
_TITLES = ("plan", "year", "weather", "balances", "alarms", "scores", "needs")
_LINES = ("plan", "energy", "water")
_NOTES = ("bars", "days", "plan", "year", "weather", "balances", "scores")


def report_pdf(
    month: Month, statistics: Statistics, *, rules: Rules, made_s: float, language: str = "en"
) -> bytes:
    """
    Set the report of a month.

    Parameters
    ----------
    month
        The figures.
    statistics
        Figures of its alarms.
    rules
        Rules of the alarms, for their titles.
    made_s
        When it is made [s since 1970].
    language
        `en` or `az`.

    Returns
    -------
    bytes
        The PDF.
    """
    source = (files("bunyad.operate.indicators") / "data/report.typ").read_text("utf-8")
    return typeset(source, data=report_data(month, statistics, rules, made_s, language))


def report_data(
    month: Month, statistics: Statistics, rules: Rules, made_s: float, language: str
) -> dict[str, Any]:
    """Return what the report shows: texts, ready to be set, and charts in parts of their size."""
    known = [one for one in month.scores if one.figure.is_known]
    counts = {"known": len(known), "all": len(month.scores)}

    def heads(*keys: str) -> list[str]:
        return [words(key, language) if key else "" for key in keys]

    return {
        "language": language,
        "title": words("report-title", language),
        "titles": {name: words(f"{name}-title", language) for name in _TITLES},
        "notes": {name: words(f"{name}-note", language, counts) for name in _NOTES},
        "words": {name: words(f"word-{name}", language) for name in ("actual", "plan", "day")},
        "of": words(
            "report-of", language,
            {
                "settlement": month.settlement, "begin": _date(month.start_s),
                "end": _date(month.end_s - 1),
            },
        ),
        "made": words("report-made", language, {"made": _date(made_s, "%Y-%m-%d %H:%M")}),
        "played": words("report-played", language) if month.is_played else "",
        "honest": words("report-honest", language),
        "lines": [
            {"head": words(f"lines-{head}-title", language), "text": one.text, "well": one.is_well}
            for head, one in zip(_LINES, three_lines(month, language), strict=True)
        ],
        "bars": deviation_bars(month.plan, language),
        "panels": daily_panels(month.plan, language),
        "plan_head": heads(
            "plan-what", "plan-actual", "plan-planned", "plan-deviation", "plan-verdict",
            "plan-coverage", "scores-age",
        ),
        "plan": [_plan_row(one, language) for one in month.plan],
        "year_head": heads(
            "plan-what", "year-plan", "year-expected", "year-range", "plan-deviation"
        ),
        "year": [_year_row(one, language) for one in month.plan if one.year is not None],
        "weather_head": heads(
            "plan-what", "plan-actual", "plan-planned", "weather-plan", "plan-deviation",
            "weather-driver", "plan-coverage",
        ),
        "weather": [_weather_row(one, language) for one in month.plan if one.weathered],
        "solar": _solar(month, language),
        "balances": [_balance(one, language) for one in month.balances],
        "services_head": heads("plan-actual", "plan-planned", "plan-deviation"),
        "services": [_service(one, language) for one in month.services],
        "alarms": _alarms(statistics, language),
        "top_title": words("alarms-top", language),
        "top": _top(statistics, rules, language),
        "scores_head": heads(
            "", "scores-indicator", "scores-value", "scores-band", "plan-coverage", "scores-age"
        ),
        "scores": [_score_row(one, language) for one in known],
        "needs_head": heads("", "scores-indicator", "scores-needs"),
        "needs": [
            [one.indicator.code, _name(one, language), _needs(one, language)]
            for one in month.scores if not one.figure.is_known
        ],
        "sources": [f"{one.key}: {one.title}{_year_of(one.year)}" for one in sources()],
    }  # fmt: skip


def _year_of(year: int | None) -> str:
    return f", {year}" if year else ""


def _date(at_s: float, form: str = "%Y-%m-%d") -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime(form)


def _named(one: Kept, language: str) -> str:
    return f"{profile(one, language)} [{one.unit}]"


def _plan_row(one: Kept, language: str) -> list[str]:
    found = one.deviation
    verdict = words(f"verdict-{found.verdict}", language)
    if found.reason != "none":
        verdict += f": {words(f'reason-{found.reason}', language)}"
    return [
        _named(one, language),
        number(found.actual, language),
        number(found.plan, language),
        signed(found.share, language),
        verdict,
        percent(found.coverage, language),
        DASH if one.age_s is None else tell_age(one.age_s, language),
    ]


def _year_row(one: Kept, language: str) -> list[str]:
    year = one.year
    assert year is not None, "only amounts with a forecast have such a row"
    low, high = (number(value, language) for value in (year.low, year.high))
    share = (year.expected - year.plan_year) / abs(year.plan_year) if year.plan_year else None
    return [
        _named(one, language), number(year.plan_year, language), number(year.expected, language),
        f"{low} … {high}", signed(share, language),
    ]  # fmt: skip


def _weather_row(one: Kept, language: str) -> list[str]:
    found = one.weathered
    assert found is not None, "only amounts that go with the weather have such a row"
    values = {
        "actual": number(found.driver_actual, language),
        "plan": number(found.driver_plan, language),
    }
    return [
        _named(one, language), number(found.actual, language), number(found.plan, language),
        number(found.at_weather, language), signed(found.share, language),
        words(f"weather-{found.driver}", language, values), percent(found.coverage, language),
    ]  # fmt: skip


def _solar(month: Month, language: str) -> str:
    """Tell specific yield and performance ratio of the roofs; nothing where they are not known."""
    found = month.solar
    if found is None:
        return ""
    values = {
        "peak": found.peak_kw, "final": found.final_h, "sun": found.reference_h,
        "ratio": found.ratio, "plan": found.plan_ratio,
    }  # fmt: skip
    told = {name: number(value, language) for name, value in values.items()}
    return words("weather-solar", language, told)


def _balance(one: Balance, language: str) -> dict[str, Any]:
    def row(key: str, value: float) -> list[str]:
        share = value / one.put_in if one.put_in else None
        return [words(key, language), number(value, language), percent(share, language)]

    rows = [row("balance-put_in", one.put_in)]
    rows += [row(f"balance-use-{kind}", value) for kind, value in one.uses.items()]
    rows += [row("balance-unseen", one.unseen), row("balance-lost", one.lost)]
    rows.append([words("balance-planned", language), "", percent(one.planned_loss_share, language)])
    each = one.lost_per_connection
    if each is not None:  # only networks of water count their connections
        rows.append([words("balance-each", language), number(1000 * each, language), ""])
    rows.append([words("balance-closure", language), "", percent(one.closure, language)])
    rows.append([words("plan-coverage", language), "", percent(one.coverage, language)])
    return {"name": words(f"balance-{one.name}", language), "unit": one.unit, "rows": rows}


def _service(one: Service, language: str) -> dict[str, Any]:
    def row(line: Line) -> list[str]:
        name = words(f"{one.name}-{line.name}", language)
        return [
            f"{name} [{line.unit}]" if line.unit else name,
            number(line.actual, language), number(line.plan, language),
            signed(line.share, language),
        ]  # fmt: skip

    rows = [row(line) for line in one.lines]
    rows.append([words("plan-coverage", language), percent(one.coverage, language), "", ""])
    rows.append([words("scores-age", language), tell_age(one.age_s, language), "", ""])
    name = words(f"balance-{one.name}", language, {"count": one.things})
    return {"name": name, "rows": rows}


def _alarms(found: Statistics, language: str) -> list[list[str]]:
    def aim(name: str, *, is_share: bool = False) -> str:
        limit = targets()[name].value
        told = percent(limit, language) if is_share else number(limit, language)
        return words("alarms-target", language, {"value": f"≤ {told}"})

    def row(name: str, value: str, target: str = "") -> list[str]:
        return [words(f"alarms-{name}", language), value, target]

    return [
        row("rung", number(float(found.rung), language)),
        row("per_hour", number(found.per_hour, language), aim("per_hour")),
        row("busiest", number(float(found.busiest_span), language), aim("busiest_span")),
        row("flood", percent(found.flood_share, language), aim("flood_share", is_share=True)),
        row("standing", number(float(len(found.standing)), language), aim("standing")),
        row("chattering", number(float(len(found.chattering)), language), aim("chattering")),
    ]


def _top(found: Statistics, rules: Rules, language: str) -> list[list[str]]:
    titles = {
        one.id: one.title.az if language == "az" and one.title.az else one.title.en
        for one in rules.rules
    }
    return [
        [f"{titles.get(rule, rule)}: {thing.rsplit(':', 1)[-1]}", str(count)]
        for rule, thing, count in found.top_ten
    ]


def _name(one: Scored, language: str) -> str:
    return one.indicator.name_az if language == "az" else one.indicator.name


def _needs(one: Scored, language: str) -> str:
    if language == "en":
        return one.figure.needs
    return one.indicator.needs_az or words("needs-readings", language)


def _about(one: Scored, language: str) -> str:
    """Tell where an indicator was read; in English, what it is and what is not sure of it too."""
    found = one.indicator
    parts = [f"{found.of}, per {found.per}" if found.per else found.of, found.doubt]
    told = "; ".join(part for part in parts if part)
    return f"{told} [{found.source}]" if language == "en" else f"[{found.source}]"


def _unit(unit: str, language: str) -> str:
    key = "unit-" + "".join(letter if letter.isalnum() else "-" for letter in unit)
    return words(key, language) if has_words(key, language) else unit


def _score_row(one: Scored, language: str) -> list[Any]:
    figure = one.figure
    band = DASH if one.band is None else words("band-of", language, {"band": one.band})
    is_planned = figure.age_s is None and figure.note.startswith("as planned")
    return [
        one.indicator.code,
        [_name(one, language), _about(one, language)],
        f"{number(figure.value, language)} {_unit(figure.unit, language)}",
        band,
        percent(figure.coverage, language),
        tell_age(figure.age_s, language) if figure.age_s is not None or is_planned else DASH,
    ]


def tell_age(age_s: float | None, language: str) -> str:
    """
    Tell how old a reading is.

    Parameters
    ----------
    age_s
        Age [s]; None: it is of the plan.
    language
        `en` or `az`.

    Examples
    --------
    >>> tell_age(150, "en"), tell_age(7300, "en"), tell_age(None, "en")
    ('2 min', '2 h', 'plan')
    """
    if age_s is None:
        return words("age-plan", language)
    for key, unit, most in (
        ("age-minutes", _MINUTE_S, _HOUR_S), ("age-hours", _HOUR_S, 2 * _DAY_S),
    ):  # fmt: skip
        if age_s < most:
            return words(key, language, {"count": int(age_s // unit)})
    return words("age-days", language, {"count": int(age_s // _DAY_S)})
