"""How a village does against its plan, in three lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bunyad.operate.indicators.kept import TOLERANCE, Kept
from bunyad.operate.indicators.month import Month
from bunyad.operate.indicators.words import has_words, words
from bunyad.report.words import format_number

DASH = "–"
LEAST_COVERAGE = 0.8
"""Share of the data below which the lines tell no amount, as `deviate` gives no verdict [-]."""
_PARTS = ("transformer-", "lamp-power")
"""What is in other amounts already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One of the lines."""

    text: str
    is_well: bool | None
    """Whether it goes as planned; None: not known."""


def three_lines(month: Month, language: str) -> list[Told]:
    """
    Return what a reader has to know first: the plan, the energy, water and supply.

    Parameters
    ----------
    month
        The figures.
    language
        `en` or `az`.
    """
    return [
        _plan(main_amounts(month.plan), language), _energy(month, language), _water(month, language)
    ]  # fmt: skip


def main_amounts(plan: Iterable[Kept]) -> list[Kept]:
    """Return the amounts that are in no other one."""
    return [one for one in plan if not one.name.startswith(_PARTS)]


def _plan(main: Sequence[Kept], language: str) -> Told:
    told = [one for one in main if one.deviation.verdict != "unknown"]
    if not told:
        return Told(text=words("lines-plan-unknown", language), is_well=None)
    off = [one for one in told if one.deviation.verdict != "within"]
    values = {
        "kept": len(told) - len(off), "told": len(told), "tolerance": round(100 * TOLERANCE),
    }  # fmt: skip
    if not off:
        text = words("lines-plan-kept", language, values)
    else:
        worst = max(off, key=lambda one: abs(one.deviation.share or 0.0))
        text = words(
            "lines-plan-off", language,
            values | {
                "what": profile(worst, language),
                "share": signed(worst.deviation.share, language),
                "reason": words(f"reason-{worst.deviation.reason}", language),
            },
        )  # fmt: skip
    missing = len(main) - len(told)
    more = words("lines-plan-missing", language, {"count": missing}) if missing else ""
    return Told(text=f"{text} {more}".strip(), is_well=not off)


def _energy(month: Month, language: str) -> Told:
    used = month.facts.amounts.get("electricity")
    roofs = next((one for one in month.plan if one.name == "home-solar"), None)
    if used is None or used.value is None or used.coverage < LEAST_COVERAGE:
        return Told(text=words("lines-energy-unknown", language), is_well=None)
    text = words("lines-energy", language, {"used": number(used.value, language)})
    if roofs is None:
        return Told(text=text, is_well=None)
    share = next(
        (one.figure.value for one in month.scores if one.indicator.formula == "renewable_share"),
        None,
    )
    values = {
        "made": number(roofs.deviation.actual, language),
        "share": signed(roofs.deviation.share, language),
        "own": percent(None if share is None else share / 100, language),
    }
    text += " " + words("lines-roofs", language, values)
    if month.solar is not None:
        text += " " + words(
            "lines-ratio", language,
            {
                "ratio": number(month.solar.ratio, language),
                "plan": number(month.solar.plan_ratio, language),
            },
        )  # fmt: skip
    verdict = roofs.deviation.verdict
    return Told(text=text, is_well=None if verdict == "unknown" else verdict != "under")


def _water(month: Month, language: str) -> Told:
    found = next((one for one in month.balances if one.name == "water"), None)
    texts, worse = [], []
    if found is not None and found.coverage < LEAST_COVERAGE:
        texts.append(words("lines-water-unknown", language))
    elif found is not None and found.loss_share is not None:
        texts.append(
            words(
                "lines-water", language,
                {
                    "lost": percent(found.loss_share, language),
                    "put_in": number(found.put_in, language),
                    "plan": percent(found.planned_loss_share, language),
                },
            )
        )  # fmt: skip
        most = (found.planned_loss_share or 0.0) * (1 + TOLERANCE)
        worse.append(found.loss_share > most)
    cut, homes = month.facts.outages, month.facts.homes
    if cut is None:
        texts.append(words("lines-supply-unknown", language))
    else:
        worse.append(cut.interrupted > 0)
    if cut is not None and not cut.interrupted:
        texts.append(words("lines-supply-kept", language))
    elif cut is not None and homes:
        texts.append(
            words(
                "lines-supply", language,
                {
                    "times": number(cut.interrupted / homes, language),
                    "minutes": number(cut.minutes / homes, language),
                },
            )
        )  # fmt: skip
    return Told(text=" ".join(texts), is_well=not any(worse) if worse else None)


def profile(one: Kept, language: str) -> str:
    """Return what a kind of thing is called, as the plan names it where there is no word."""
    name, _, count = one.name.partition("transformer-")
    key = f"profile-{'transformer' if count else name}"
    return words(key, language, {"number": count}) if has_words(key, language) else one.title


def number(value: float | None, language: str) -> str:
    """
    Write a number with three digits or more, none of them of no use.

    Parameters
    ----------
    value
        The number, or None.
    language
        `en` or `az`.

    Examples
    --------
    >>> [number(one, "en") for one in (1234.5, 46.0, 12.34, 0.7512, None)]
    ['1,234', '46', '12.3', '0.75', '–']
    """
    if value is None:
        return DASH
    size = abs(value)
    whole = size >= 100 or value == round(value)
    decimals = 0 if whole else 1 if size >= 10 else 2
    return format_number(value, language=language, decimals=decimals)


def percent(share: float | None, language: str) -> str:
    """Write a share in per cent."""
    return DASH if share is None else f"{format_number(100 * share, language=language)} %"


def signed(share: float | None, language: str) -> str:
    """Write a deviation in per cent, with its sign; none where it rounds to nothing."""
    if share is None or round(100 * share) == 0:
        return DASH if share is None else f"±{percent(0.0, language)}"
    return ("+" if share > 0 else "") + percent(share, language)
