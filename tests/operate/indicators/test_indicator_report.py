"""The month on paper says the same in both languages, and each figure with its coverage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest
from living_villages import bring_to_life

from bunyad.errors import InputError
from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.statistics import tell_statistics
from bunyad.operate.indicators.month import Month, month_span, so_far, tell_month
from bunyad.operate.indicators.report import report_pdf
from bunyad.operate.indicators.words import words
from bunyad.operate.place import open_reader, read_place


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    folder = tmp_path_factory.mktemp("month")
    bring_to_life(folder, hours=24, step_s=1800, faults=(), watches=False)
    db = open_reader(folder)
    return tell_month(so_far(db, read_place(db), "2030-07", now_s=0.0))


def messages(language: str) -> Mapping[str, str]:
    text = (files("bunyad") / f"messages/operate.{language}.ftl").read_text("utf-8")
    return {
        key: ",".join(sorted(re.findall(r"\$\w+", said)))
        for key, said in re.findall(r"^([\w-]+) = (.*)$", text, re.MULTILINE)
    }


def test_both_languages_have_the_same_messages_with_the_same_holes() -> None:
    assert messages("en") == messages("az")


def test_a_village_that_lives_as_planned_keeps_to_the_plan(month: Month) -> None:
    kept = {one.id.rsplit(":", 1)[-1]: one.deviation for one in month.plan}
    for name in ("home-heat", "public-power", "home-solar"):
        assert kept[name].verdict == "within", name
        assert kept[name].coverage > 0.9
    power = next(one for one in month.balances if one.name == "electricity")
    assert power.loss_share == pytest.approx(0.04, abs=0.04)
    assert power.closure == pytest.approx(1, abs=0.05)


def test_lamps_and_containers_do_what_the_plan_expects(month: Month) -> None:
    light, waste = month.services
    told = {line.name: line for one in (light, waste) for line in one.lines}
    assert (light.things, waste.things) == (6, 2)
    assert told["lit"].plan == 6 * 12  # the sun is down for half of the day
    assert told["lit"].actual == 6 * 13  # what is told at the full hour counts to the next
    assert told["energy"].share == pytest.approx(0, abs=0.03)
    assert (told["dark"].actual, told["by-day"].actual, told["out"].actual) == (0, 6, 0)
    assert told["emptied"].actual == told["emptied"].plan == 2
    # 60 people leave 48 kg a day, give or take what the two containers differ by
    assert told["collected"].plan == pytest.approx(0.048, rel=0.1)
    assert told["collected"].actual == pytest.approx(0.048, rel=0.4)
    assert min(light.coverage, waste.coverage) > 0.9
    assert light.age_s is not None


def test_the_report_tells_figures_coverage_and_what_is_missing(month: Month) -> None:
    rules = load_rules("village")
    found = tell_statistics([], rules=rules, start=month.start_s, end=month.end_s)
    for language in ("en", "az"):
        pdf = report_pdf(month, found, rules=rules, made_s=0.0, language=language)
        text = "\n".join(
            page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)
        )
        assert "Çayqovuşan" in text
        assert words("profile-home-solar", language) in text
        assert words("balance-waste", language, {"count": 2}) in text
        assert words("light-out", language) in text
        assert "EC: I: WS: 3C" in text
        assert "incomes of households" in text  # what an indicator needs that it has not


def test_a_month_is_written_as_year_and_month() -> None:
    assert month_span("2028-12")[1] - month_span("2028-12")[0] == 31 * 86400
    for wrong in ("2028", "2028-13", "next"):
        with pytest.raises(InputError, match="the month is"):
            month_span(wrong)


def test_records_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no records of a living place"):
        open_reader(tmp_path)
