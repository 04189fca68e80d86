"""The figures of a month on paper, in English or Azerbaijani."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from bunyad.operate.alarms.rules import Rules
from bunyad.operate.alarms.statistics import Statistics, targets
from bunyad.operate.indicators.balances import Balance
from bunyad.operate.indicators.formulas import Scored
from bunyad.operate.indicators.month import Kept, Month
from bunyad.operate.indicators.services import Line, Service
from bunyad.operate.indicators.words import has_words, words
from bunyad.pdf import typeset
from bunyad.report.words import format_number

_MINUTE_S, _HOUR_S, _DAY_S = 60.0, 3600.0, 86400.0
_DASH = "–"


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
    """Return what the report shows: texts, ready to be set."""
    known = [one for one in month.scores if one.figure.is_known]
    counts = {"known": len(known), "all": len(month.scores)}
    heads = ("title", "honest", "scores_note", "year_note")
    keys = ("report-title", "report-honest", "scores-note", "plan-year-note")
    told = {
        head: words(key, language, counts) for head, key in zip(heads, keys, strict=True)
    } | {
        name: words(f"{name}-title", language)
        for name in ("plan", "balances", "alarms", "scores")
    }  # fmt: skip
    return {
        "language": language,
        "words": told | {"top": words("alarms-top", language)},
        "of": words(
            "report-of", language,
            {
                "settlement": month.settlement, "begin": _date(month.start_s),
                "end": _date(month.end_s - 1),
            },
        ),
        "made": words("report-made", language, {"made": _date(made_s, "%Y-%m-%d %H:%M")}),
        "plan_head": [
            words(f"plan-{name}", language)
            for name in (
                "what", "actual", "planned", "deviation", "coverage", "verdict", "year",
            )
        ],
        "plan": [_plan_row(one, language) for one in month.plan],
        "balances": [_balance(one, language) for one in month.balances],
        "services_head": [
            words(f"plan-{name}", language) for name in ("actual", "planned", "deviation")
        ],
        "services": [_service(one, language) for one in month.services],
        "alarms": _alarms(statistics, language),
        "top": _top(statistics, rules, language),
        "scores_head": ["", *(
            words(key, language)
            for key in (
                "scores-indicator", "scores-value", "scores-band", "plan-coverage", "scores-age",
            )
        )],
        "scores": [_score_row(one, language) for one in known],
        "needs_head": ["", words("scores-indicator", language), words("scores-needs", language)],
        "needs": [
            [one.indicator.code, _name(one, language), one.figure.needs]
            for one in month.scores if not one.figure.is_known
        ],
    }  # fmt: skip


def _date(at_s: float, form: str = "%Y-%m-%d") -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime(form)


def _number(value: float | None, language: str) -> str:
    """Write a number with three digits or more, none of them of no use."""
    if value is None:
        return _DASH
    size = abs(value)
    decimals = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2
    return format_number(value, language=language, decimals=decimals)


def _percent(share: float | None, language: str) -> str:
    return _DASH if share is None else f"{format_number(100 * share, language=language)} %"


def _plan_row(one: Kept, language: str) -> list[str]:
    found = one.deviation
    verdict = words(f"verdict-{found.verdict}", language)
    if found.reason != "none":
        verdict += f": {words(f'reason-{found.reason}', language)}"
    year = _DASH
    if one.year is not None:
        low, high = (_number(value, language) for value in (one.year.low, one.year.high))
        year = f"{_number(one.year.expected, language)} ({low} … {high})"
    share = found.share
    sign = "+" if share is not None and share > 0 else ""
    return [
        f"{_profile(one, language)} [{one.unit}]",
        _number(found.actual, language),
        _number(found.plan, language),
        sign + _percent(share, language),
        _percent(found.coverage, language),
        verdict,
        year,
    ]


def _profile(one: Kept, language: str) -> str:
    """Return what a kind of thing is called, as the plan names it where there is no word."""
    name, _, number = one.id.rsplit(":", 1)[-1].partition("transformer-")
    key = f"profile-{'transformer' if number else name}"
    return words(key, language, {"number": number}) if has_words(key, language) else one.title


def _balance(one: Balance, language: str) -> dict[str, Any]:
    def row(key: str, value: float) -> list[str]:
        share = value / one.put_in if one.put_in else None
        return [words(key, language), _number(value, language), _percent(share, language)]

    rows = [row("balance-put_in", one.put_in)]
    rows += [row(f"balance-use-{kind}", value) for kind, value in one.uses.items()]
    rows += [row("balance-unseen", one.unseen), row("balance-lost", one.lost)]
    rows.append([words("balance-closure", language), "", _percent(one.closure, language)])
    rows.append([words("plan-coverage", language), "", _percent(one.coverage, language)])
    return {"name": words(f"balance-{one.name}", language), "unit": one.unit, "rows": rows}


def _service(one: Service, language: str) -> dict[str, Any]:
    def row(line: Line) -> list[str]:
        name = words(f"{one.name}-{line.name}", language)
        sign = "+" if line.share is not None and line.share > 0 else ""
        return [
            f"{name} [{line.unit}]" if line.unit else name,
            _number(line.actual, language),
            _number(line.plan, language),
            sign + _percent(line.share, language),
        ]

    rows = [row(line) for line in one.lines]
    rows.append([words("plan-coverage", language), _percent(one.coverage, language), "", ""])
    rows.append([words("scores-age", language), tell_age(one.age_s, language), "", ""])
    name = words(f"balance-{one.name}", language, {"count": one.things})
    return {"name": name, "rows": rows}


def _alarms(found: Statistics, language: str) -> list[list[str]]:
    def aim(name: str, *, is_share: bool = False) -> str:
        limit = targets()[name].value
        told = _percent(limit, language) if is_share else _number(limit, language)
        return words("alarms-target", language, {"value": f"≤ {told}"})

    def row(name: str, value: str, target: str = "") -> list[str]:
        return [words(f"alarms-{name}", language), value, target]

    return [
        row("rung", _number(float(found.rung), language)),
        row("per_hour", _number(found.per_hour, language), aim("per_hour")),
        row("busiest", _number(float(found.busiest_span), language), aim("busiest_span")),
        row("flood", _percent(found.flood_share, language), aim("flood_share", is_share=True)),
        row("standing", _number(float(len(found.standing)), language), aim("standing")),
        row("chattering", _number(float(len(found.chattering)), language), aim("chattering")),
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


def _score_row(one: Scored, language: str) -> list[str]:
    figure = one.figure
    return [
        one.indicator.code,
        _name(one, language),
        f"{_number(figure.value, language)} {figure.unit}",
        str(one.band) if one.band is not None else _DASH,
        _percent(figure.coverage, language),
        tell_age(figure.age_s, language),
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
