"""The month on paper says the same in both languages, and each figure with its coverage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest
from living_villages import bring_to_life

from bunyad.errors import InputError
from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.statistics import tell_statistics
from bunyad.operate.indicators.charts import daily_panels, deviation_bars
from bunyad.operate.indicators.formulas import Facts, Outages
from bunyad.operate.indicators.month import Month, month_span, so_far, tell_month
from bunyad.operate.indicators.report import report_data, report_pdf
from bunyad.operate.indicators.summary import three_lines
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


def test_what_the_plan_expects_to_be_lost_is_the_plans_own(month: Month) -> None:
    """The village's plan loses 25 % of its water, and 3 % of what each transformer carries."""
    power, water = month.balances
    assert water.planned_loss_share == pytest.approx(0.25)
    assert power.planned_loss_share == pytest.approx(0.03, abs=0.01)


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
        pdf = report_pdf(
            replace(month, is_played=language == "az"),
            found,
            rules=rules,
            made_s=0.0,
            language=language,
        )
        text = " ".join(
            word for page in pypdfium2.PdfDocument(pdf)
            for word in page.get_textpage().get_text_bounded().split()
        )  # fmt: skip
        assert "Çayqovuşan" in text
        assert words("profile-home-solar", language) in text
        assert words("balance-waste", language, {"count": 2}) in text
        assert words("light-out", language) in text
        played = words("report-played", language).split(":")[0]
        assert (played in text) == (language == "az")
        assert "EC: I: WS: 3C" in text
        # what an indicator needs that it has not, and where it was read
        assert {"en": "incomes of households", "az": "ev təsərrüfatlarının gəlirləri"}[
            language
        ] in text
        assert "[VM 67; FA 20]" in text
        assert "verification manual" in text


def test_the_first_page_says_in_three_lines_how_the_village_does(month: Month) -> None:
    """The played village keeps to the plan but for its water; nobody watches its alarms."""
    plan, energy, water = three_lines(month, "en")
    kept = [one for one in month.plan if not one.name.startswith(("transformer-", "lamp-"))]
    within = sum(one.deviation.verdict == "within" for one in kept)
    assert plan.text.startswith(f"{within} of {len(kept)} amounts kept to the plan")
    assert plan.is_well is False
    assert month.solar is not None
    assert f"performance ratio was {month.solar.ratio:.2f} (plan: 0.75)" in energy.text
    assert energy.is_well
    assert "is not known: nobody watches the alarms" in water.text
    first = pypdfium2.PdfDocument(
        report_pdf(month, tell_statistics([], rules=load_rules("village"), start=0, end=3600),
                   rules=load_rules("village"), made_s=0.0)
    )[0].get_textpage().get_text_bounded()  # fmt: skip
    told = " ".join(first.split())
    for line in (plan, energy, water):
        assert line.text in told


def test_a_played_village_says_so_above_its_figures(month: Month) -> None:
    rules = load_rules("village")
    found = tell_statistics([], rules=rules, start=0, end=3600)
    for is_played in (True, False):
        told = report_data(replace(month, is_played=is_played), found, rules, 0.0, "en")["played"]
        assert ("modelled, not measured" in told) is is_played


def test_outages_that_were_watched_are_in_the_third_line(month: Month) -> None:
    cut = Outages(interrupted=6.0, minutes=360.0)
    watched = replace(month, facts=replace(month.facts, homes=12, outages=cut))
    *_, water = three_lines(watched, "en")
    assert "cut off 0.50 × and 30 minutes in all" in water.text
    assert water.is_well is False
    quiet = replace(month, facts=replace(month.facts, outages=Outages(interrupted=0, minutes=0)))
    assert "No home was without power." in three_lines(quiet, "en")[2].text


def test_a_village_that_keeps_to_its_plan_is_told_so_and_what_is_missing_too(month: Month) -> None:
    kept = next(one for one in month.plan if one.name == "home-heat")
    silent = replace(kept, deviation=replace(kept.deviation, verdict="unknown"))
    plan, *_ = three_lines(replace(month, plan=(kept, kept, silent)), "en")
    assert plan.text == (
        "All 2 amounts kept to the plan, within 10 %. 1 cannot be told: data are missing."
    )
    assert plan.is_well


def test_a_village_that_was_not_heard_says_so_in_every_line(month: Month) -> None:
    silent = replace(
        month, plan=(), balances=(), scores=(), solar=None, facts=Facts(days=1, people=1, homes=1)
    )
    for language in ("en", "az"):
        assert [one.is_well for one in three_lines(silent, language)] == [None, None, None]


def test_charts_keep_within_their_sides_and_show_what_the_table_says(month: Month) -> None:
    drawn = deviation_bars(month.plan, "en")
    for bar in drawn["bars"]:
        assert 0 <= bar["begin"] <= bar["begin"] + bar["width"] <= 1
        assert bar["is_kept"] == (bar["width"] <= drawn["tolerance"])
    panels = daily_panels(month.plan, "en")
    assert [one["name"] for one in panels][1] == "Yield of roofs"
    for one in panels:
        assert len(one["days"]) == 1
        assert all(0 <= value <= 1 for day in one["days"] for value in day.values())
        assert 0 < one["zero"] <= 1


def test_days_of_the_month_add_up_to_it(month: Month) -> None:
    for one in month.plan:
        whole = sum(planned for _, planned in one.daily)
        assert whole * one.deviation.coverage == pytest.approx(one.deviation.plan)
        assert sum(real or 0.0 for real, _ in one.daily) == pytest.approx(
            one.deviation.actual, rel=0.1
        )


def test_the_page_on_the_report_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "read-a-month-report.md"
    text = page.read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (printed,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    exec(compile(code, page.name, "exec"), {})
    assert capsys.readouterr().out == printed


def test_a_month_is_written_as_year_and_month() -> None:
    assert month_span("2028-12")[1] - month_span("2028-12")[0] == 31 * 86400
    for wrong in ("2028", "2028-13", "next"):
        with pytest.raises(InputError, match="the month is"):
            month_span(wrong)


def test_records_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no records of a living place"):
        open_reader(tmp_path)


def test_a_few_hours_of_a_month_are_not_told_as_its_amounts(month: Month) -> None:
    """Amounts are reckoned up to the whole while, which a hundredth of the readings cannot bear."""
    few = replace(month.facts.amounts["electricity"], coverage=0.01)
    begun = replace(
        month, facts=replace(month.facts, amounts={**month.facts.amounts, "electricity": few}),
        balances=tuple(replace(one, coverage=0.01) for one in month.balances),
    )  # fmt: skip
    for language in ("en", "az"):
        _, energy, water = three_lines(begun, language)
        assert energy.text == words("lines-energy-unknown", language)
        assert water.text.startswith(words("lines-water-unknown", language))
        assert energy.is_well is None
