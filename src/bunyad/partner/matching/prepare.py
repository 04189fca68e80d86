"""The criteria of all pairs, each kept for its different values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.partner.matching.rules import CountryRules, MatchRules
from bunyad.partner.matching.text import text_likeness, unique
from bunyad.partner.needs import Need
from bunyad.partner.organisations import Organisation, branch_likeness

CRITERIA = ("sector", "text", "references", "capacity", "language", "country", "wishes")
"""What makes a score, each from 0 to 1."""
Values = NDArray[np.float32]
Places = NDArray[np.int64]
Likeness = Callable[[Sequence[str], Sequence[str]], Values]


@dataclass(frozen=True, slots=True)
class Part:
    """A criterion: a value for each two different values of organisations and needs."""

    values: Values
    row_of: Places
    """Row of each organisation."""
    column_of: Places
    """Column of each need."""

    def at(self, rows: Places | slice, columns: Places | slice) -> Values:
        """Return the values of some organisations with some needs."""
        return self.values[np.ix_(self.row_of[rows], self.column_of[columns])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Organisations, needs and the criteria of all their pairs."""

    organisations: tuple[Organisation, ...]
    needs: tuple[Need, ...]
    rules: MatchRules
    countries: CountryRules
    parts: dict[str, Part]
    """By name of the criterion."""
    alike: Values
    """How alike the texts of needs are, by `need_text`, 0 to 1 [-]."""
    need_text: Places
    """Which text each need has."""
    barred: NDArray[np.bool_]
    """Organisations that a rule of countries keeps out."""


def prepare_matching(
    organisations: Sequence[Organisation],
    needs: Sequence[Need],
    *,
    rules: MatchRules,
    countries: CountryRules | None = None,
    meaning: Likeness | None = None,
) -> Prepared:
    """
    Reckon the criteria of all pairs of organisations and needs.

    Parameters
    ----------
    organisations
        Who offers.
    needs
        What is asked for.
    rules
        Weights and thresholds.
    countries
        Which countries may come; none: all.
    meaning
        Likeness of texts by a model, such as `meaning.meaning_likeness`; it is joined to that of
        the glossary and the words. None: only these.

    Returns
    -------
    Prepared
        For `score_matches`, `choose_matches` and `explain_match`.
    """
    countries = countries or CountryRules()
    asked, need_text = unique(need.text for need in needs)
    texts = [str(one) for one in asked]

    def likeness(offers: Sequence[str]) -> Values:
        found = text_likeness(offers, texts, lexical_share=rules.lexical_share)
        return found if meaning is None else _either(found, meaning(offers, texts))

    return Prepared(
        organisations=tuple(organisations),
        needs=tuple(needs),
        rules=rules,
        countries=countries,
        parts={
            "sector": _sector(organisations, needs),
            "text": _of_text([one.offers for one in organisations], need_text, likeness),
            "references": _references(organisations, need_text, likeness, rules),
            "capacity": _capacity(organisations, needs, rules),
            "language": _language(organisations, needs, rules),
            "country": _country(organisations, needs, rules, countries),
            "wishes": _wishes(organisations, need_text, likeness, rules),
        },
        alike=text_likeness(texts, texts, lexical_share=rules.lexical_share),
        need_text=need_text,
        barred=np.array([one.country in countries.barred for one in organisations], bool),
    )


def _either(one: Values, other: Values) -> Values:
    """Return how sure it is that one of two holds, if they are apart from each other."""
    joined: Values = 1 - (1 - one) * (1 - other)
    return joined


def _sector(organisations: Sequence[Organisation], needs: Sequence[Need]) -> Part:
    """Return how near the nearest branches are."""
    ours, row_of = unique(one.sectors for one in organisations)
    theirs, column_of = unique(one.sectors for one in needs)
    codes, place = unique(code for many in [*ours, *theirs] for code in _texts(many))
    table = np.array([[branch_likeness(str(a), str(b)) for b in codes] for a in codes], np.float32)
    table = table.reshape(len(codes), len(codes))
    index = dict(zip((c for many in [*ours, *theirs] for c in _texts(many)), place, strict=True))
    values = np.zeros((len(ours), len(theirs)), np.float32)
    wanted = [[index[code] for code in _texts(many)] for many in theirs]
    for row, many in enumerate(ours):
        best = table[[index[code] for code in _texts(many)]].max(axis=0) if many else None
        if best is not None:
            values[row] = [best[one].max() if one else 0 for one in wanted]
    return Part(values, row_of, column_of)


def _texts(many: object) -> tuple[str, ...]:
    assert isinstance(many, tuple)
    return many


def _of_text(texts: Sequence[str], need_text: Places, likeness: Callable[..., Values]) -> Part:
    different, row_of = unique(texts)
    return Part(likeness([str(one) for one in different]), row_of, need_text)


def _references(
    organisations: Sequence[Organisation],
    need_text: Places,
    likeness: Callable[..., Values],
    rules: MatchRules,
) -> Part:
    """Return how near the nearest reference is; who names none has 0."""
    titles, place = unique(ref.title for one in organisations for ref in one.references)
    wide = int(need_text.max()) + 1 if len(need_text) else 0
    values = np.zeros((len(organisations), wide), np.float32)
    if titles:
        alike = np.minimum(likeness([str(one) for one in titles]) * rules.reference_gain, 1)
        owner = [row for row, one in enumerate(organisations) for _ in one.references]
        np.maximum.at(values, owner, alike[place])
    return Part(values, np.arange(len(organisations)), need_text)


def _wishes(
    organisations: Sequence[Organisation],
    need_text: Places,
    likeness: Callable[..., Values],
    rules: MatchRules,
) -> Part:
    """Return how near the wishes are; who names none has the value of what is not told."""
    texts, row_of = unique(one.wishes for one in organisations)
    values = likeness([str(one) for one in texts])
    values[[not one for one in texts]] = rules.unknown_value
    return Part(values, row_of, need_text)


def yearly_usd(need: Need) -> float:
    """Return what a need costs in each year of its work [US$/a]."""
    if need.kind == "operation":
        return need.amount_usd
    return need.amount_usd / max(need.finish - need.start + 1, 1)


def sales_usd(organisation: Organisation, rules: MatchRules) -> float | None:
    """Return the yearly sales as told, or as the staff lets expect [US$/a]; None: not told."""
    if organisation.turnover_usd is not None:
        return organisation.turnover_usd
    if organisation.staff is not None:
        return organisation.staff * rules.turnover_per_head_usd
    return None


def _capacity(
    organisations: Sequence[Organisation], needs: Sequence[Need], rules: MatchRules
) -> Part:
    """Return yearly sales over those that the need may ask for, 1 at most."""
    sales, row_of = unique(sales_usd(one, rules) for one in organisations)
    costs, column_of = unique(yearly_usd(one) for one in needs)
    asked = np.maximum(np.array(costs, np.float64) * rules.turnover_times, 1.0)
    have = np.array([np.nan if one is None else one for one in sales], np.float64)
    values = np.minimum(have[:, None] / asked[None, :], 1)
    values = np.where(np.isnan(values), rules.unknown_value, values)
    return Part(values.astype(np.float32), row_of, column_of)


def _language(
    organisations: Sequence[Organisation], needs: Sequence[Need], rules: MatchRules
) -> Part:
    """Return 1 where a language is common."""
    ours, row_of = unique(one.languages for one in organisations)
    theirs, column_of = unique(one.languages for one in needs)
    values = np.full((len(ours), len(theirs)), rules.interpreter_value, np.float32)
    for row, mine in enumerate(ours):
        for column, other in enumerate(theirs):
            if set(_texts(mine)) & set(_texts(other)):
                values[row, column] = 1
    return Part(values, row_of, column_of)


def _country(
    organisations: Sequence[Organisation],
    needs: Sequence[Need],
    rules: MatchRules,
    countries: CountryRules,
) -> Part:
    """Return 1 at home and for countries that are preferred, 0 for those barred."""
    ours, row_of = unique(one.country for one in organisations)
    theirs, column_of = unique(one.country for one in needs)
    values = np.full((len(ours), len(theirs)), rules.abroad_value, np.float32)
    for row, mine in enumerate(ours):
        for column, place in enumerate(theirs):
            if mine == place or mine in countries.preferred:
                values[row, column] = 1
            if mine in countries.barred:
                values[row, column] = 0
    return Part(values, row_of, column_of)
