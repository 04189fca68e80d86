"""The score of a pair in words: what speaks for it and what against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bunyad.errors import InputError
from bunyad.partner.matching.feedback import Feedback, hear_feedback
from bunyad.partner.matching.prepare import CRITERIA, Prepared, sales_usd, yearly_usd
from bunyad.partner.matching.score import score_parts, weigh
from bunyad.partner.matching.text import concept_names, shared_concepts, text_likeness
from bunyad.partner.needs import Need
from bunyad.partner.organisations import Organisation, branches, countries, languages
from bunyad.partner.organisations.codes import path_of
from bunyad.partner.words import words

MOST_CONCEPTS = 5
SOME = 0.1
"""Likeness from which wording counts as like."""
MILLION, THOUSAND = 1_000_000, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A criterion of a pair, told."""

    criterion: str
    """One of `CRITERIA`, or feedback."""
    value: float
    """0 to 1 [-]; of feedback, what it adds."""
    weight: float
    """Part of the score that the criterion makes at most [-]."""
    adds: float
    """What it adds to the score [-]; all reasons add up to the score of a pair that may be."""
    text: str


def explain_match(
    prepared: Prepared,
    organisation: str,
    need: str,
    *,
    language: str = "en",
    feedback: Sequence[Feedback] = (),
) -> tuple[Reason, ...]:
    """
    Tell why an organisation and a need suit each other, or do not.

    Parameters
    ----------
    prepared
        As `prepare_matching` gave it.
    organisation
        Identifier of the organisation.
    need
        Identifier of the need.
    language
        `en` or `az`.
    feedback
        What was said to matches before.

    Returns
    -------
    tuple of Reason
        What adds most comes first.

    Raises
    ------
    InputError
        If one of them is not there, or the language has no catalogue.
    """
    row = _place(organisation, [one.id for one in prepared.organisations], "organisation")
    column = _place(need, [one.id for one in prepared.needs], "need")
    rows, columns = np.array([row]), np.array([column])
    parts = score_parts(prepared, rows, columns)
    weights = prepared.rules.weights()
    total = float(weigh(prepared, parts)[0, 0])
    core = sum(weights[name] * float(parts[name][0, 0]) for name in ("sector", "text"))
    plain = sum(weights[name] * float(parts[name][0, 0]) for name in CRITERIA)
    # Of pairs that hardly belong together, the other criteria count only in proportion.
    shrink = (total - core) / (plain - core) if plain > core else 0.0
    them, asked = prepared.organisations[row], prepared.needs[column]
    found = []
    for name in CRITERIA:
        value = float(parts[name][0, 0])
        adds = weights[name] * value * (1 if name in ("sector", "text") else shrink)
        text = _TELLING[name](prepared, them, asked, language)
        found.append(
            Reason(criterion=name, value=value, weight=weights[name], adds=adds, text=text)
        )
    found.sort(key=lambda one: (-one.adds, -one.weight))
    return (*_of_feedback(prepared, (row, column), total, language, feedback), *found)


def _place(identifier: str, known: list[str], what: str) -> int:
    if identifier not in known:
        raise InputError(f"there is no {what} {identifier!r}", where=what, mend="list them")
    return known.index(identifier)


def _of_feedback(
    prepared: Prepared,
    pair: tuple[int, int],
    total: float,
    language: str,
    feedback: Sequence[Feedback],
) -> list[Reason]:
    """Return what feedback does to a pair."""
    heard = hear_feedback(prepared, feedback)
    if heard is None:
        return []
    moved = float(np.clip(total + heard.moved[pair], 0, 1)) - total
    key, adds = ("up" if moved > 0 else "down"), moved
    if heard.vetoes[pair]:
        key, adds = "no", -1 - total
    elif heard.musts[pair]:
        key, adds = "must", 1 - total
    elif abs(moved) < 1e-3:
        return []
    text = words(f"reason-feedback-{key}", language)
    return [Reason(criterion="feedback", value=adds, weight=0.0, adds=adds, text=text)]


def _sector(_: Prepared, them: Organisation, asked: Need, language: str) -> str:
    pairs = [(a, b) for a in them.sectors for b in asked.sectors]
    if not pairs:
        return words("reason-sector-0", language, {"theirs": "–", "asked": "–"})
    shared, theirs, wanted = max(((_shared(a, b), a, b) for a, b in pairs), key=lambda one: one[0])
    depth = len(shared)
    is_whole = depth == len(path_of(theirs)) == len(path_of(wanted))
    key = 4 if is_whole else min(depth, 3)
    titles = branches()
    values = {"theirs": titles[theirs].title, "asked": titles[wanted].title}
    if shared:
        values["branch"] = titles[shared[-1]].title
    return words(f"reason-sector-{key}", language, values)


def _shared(one: str, other: str) -> tuple[str, ...]:
    pairs = zip(path_of(one), path_of(other), strict=False)
    return tuple(a for a, b in pairs if a == b)


def _concepts(found: Sequence[str], language: str) -> str:
    names = concept_names()
    return ", ".join(getattr(names[one], language) for one in found[:MOST_CONCEPTS])


def _text(_: Prepared, them: Organisation, asked: Need, language: str) -> str:
    return _worded("text", them.offers, asked, language)


def _worded(criterion: str, text: str, asked: Need, language: str) -> str:
    shared = shared_concepts(text, asked.text)
    if shared:
        values = {"concepts": _concepts(shared, language)}
        return words(f"reason-{criterion}-shared", language, values)
    alike = float(text_likeness([text], [asked.text], lexical_share=1)[0, 0])
    none = "none" if criterion == "text" else "other"
    return words(f"reason-{criterion}-{'some' if alike >= SOME else none}", language)


def _wishes(_: Prepared, them: Organisation, asked: Need, language: str) -> str:
    if not them.wishes:
        return words("reason-wishes-none", language)
    return _worded("wishes", them.wishes, asked, language)


def _references(prepared: Prepared, them: Organisation, asked: Need, language: str) -> str:
    if not them.references:
        return words("reason-references-none", language)
    titles = [one.title for one in them.references]
    alike = text_likeness(titles, [asked.text], lexical_share=prepared.rules.lexical_share)[:, 0]
    best = int(alike.argmax())
    if alike[best] < SOME:
        return words("reason-references-other", language)
    one = them.references[best]
    told = [part for part in (_country_name(one.country, language), str(one.year or "")) if part]
    suffix = f" ({', '.join(told)})" if told else ""
    return words("reason-references-some", language, {"reference": one.title + suffix})


def _capacity(prepared: Prepared, them: Organisation, asked: Need, language: str) -> str:
    sales, cost = sales_usd(them, prepared.rules), yearly_usd(asked)
    if sales is None:
        return words("reason-capacity-unknown", language)
    values = {"sales": money(sales), "cost": money(cost), "staff": str(them.staff or 0)}
    if them.turnover_usd is None:
        return words("reason-capacity-staff", language, values)
    if cost > 0 and sales >= cost:
        values["times"] = f"{sales / cost:.0f}" if sales >= 10 * cost else f"{sales / cost:.1f}"
        return words("reason-capacity-enough", language, values)
    return words("reason-capacity-short", language, values)


def money(usd: float) -> str:
    """
    Return an amount as people write it.

    Examples
    --------
    >>> money(2_500_000), money(66_500), money(12)
    ('US$ 2.5 m', 'US$ 66.5 k', 'US$ 12')
    """
    for size, name in ((MILLION, " m"), (THOUSAND, " k")):
        if usd >= size:
            return f"US$ {usd / size:,.1f}{name}".replace(".0 ", " ")
    return f"US$ {usd:.0f}"


def _language(_: Prepared, them: Organisation, asked: Need, language: str) -> str:
    shared = [one for one in asked.languages if one in them.languages]
    if not shared:
        return words("reason-language-none", language)
    names = ", ".join(languages()[one][language] or one for one in shared)
    return words("reason-language-shared", language, {"languages": names})


def _country(prepared: Prepared, them: Organisation, asked: Need, language: str) -> str:
    rules = prepared.countries
    key = "home" if them.country == asked.country else "abroad"
    if them.country in rules.barred:
        key = "barred"
    elif key == "abroad" and them.country in rules.preferred:
        key = "preferred"
    name = _country_name(them.country, language)
    return words(f"reason-country-{key}", language, {"country": name})


def _country_name(code: str, language: str) -> str:
    return countries()[code][language] if code in countries() else code


_TELLING: dict[str, Callable[[Prepared, Organisation, Need, str], str]] = {
    "sector": _sector,
    "text": _text,
    "references": _references,
    "capacity": _capacity,
    "language": _language,
    "country": _country,
    "wishes": _wishes,
}
