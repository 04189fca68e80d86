"""The catalogue of U4SSC has what its sources say, and its units follow from its formulas."""

from __future__ import annotations

from collections import Counter

import pytest

from bunyad.operate.indicators.balances import balance
from bunyad.operate.indicators.catalogue import Indicator, catalogue, sources
from bunyad.operate.indicators.figure import Figure, Floats
from bunyad.operate.indicators.formulas import FORMULAS, Facts, Outages, score_all

CODES = {one.code: one for one in catalogue()}


def test_core_and_advanced_indicators_are_as_many_as_u4ssc_counts() -> None:
    """54 and 37; 45, 17 and 29 by dimension; 7 sub-dimensions, 22 categories (manual 2022, 3.2)."""
    assert Counter(one.level for one in catalogue()) == {"core": 54, "advanced": 37}
    assert Counter(one.dimension for one in catalogue()) == {
        "Economy": 45, "Environment": 17, "Society and Culture": 29,
    }  # fmt: skip
    assert len({one.sub_dimension for one in catalogue()}) == 7
    assert len({one.category for one in catalogue()}) == 22


@pytest.mark.parametrize(
    ("code", "name", "unit", "kind"),
    [
        # collection methodology 2017, printed pages 16, 31, 90, 93
        ("EC: ICT: ICT: 2C", "Fixed Broadband Subscriptions", "%", "smart"),
        ("EC: ICT: PS: 3A", "Public Sector e-Procurement", "%", "smart"),
        ("SC: EH: ED: 2C", "School Enrolment", "%", "structural"),
        ("SC: EH: ED: 5A", "Electronic Health Records", "%", "smart"),
        # verification manual 2022, printed pages 67, 69, 72, 116
        ("EC: I: ES: 3C", "Access to Electricity", "%", "structural"),
        ("EC: I: T: 2A", "Public Transport Network Convenience", "%", "sustainable"),
        ("EC: I: T: 5A", "Travel Time Index", "-", "sustainable"),
        ("SC: EH: H: 4A", "In-Patient Hospital Beds", "1/100 000 inhabitants", "structural"),
        # KS's vocabulary of 2025, and units of city reports
        ("EN: E: E: 4A", "Public Building Energy Consumption", "kWh/a/m²", ""),
        ("EC: I: ES: 2C", "Electricity System Outage Time", "min", ""),
        ("SC: SH: SA: 6C", "Police Service", "FTE/100 000 inhabitants", ""),
    ],
)
def test_rows_say_what_was_read(code: str, name: str, unit: str, kind: str) -> None:
    found = CODES[code]
    assert (found.name, found.unit, found.kind) == (name, unit, kind)


def test_every_row_names_known_sources_and_pages_of_those_that_have_some() -> None:
    known = {one.key: one for one in sources()}
    for one in catalogue():
        for part in one.source.split("; "):
            key, _, page = part.partition(" ")
            assert key in known, one.code
            assert page.isdigit() or not known[key].is_own, one.code
    assert sum(one.is_own for one in catalogue()) == 59
    assert all(one.url or one.key == "TD" for one in sources())


def _cancel(over: str, under: str) -> str:
    """Divide one unit by another: equal factors fall away."""
    top, *low = over.split("/")
    above = [one for one in top.split("·") if one != "1"]
    below = [one for one in low if one]
    for one in filter(None, under.split("/")[:1]):
        if one in above:
            above.remove(one)
        elif one != "1":
            below.append(one)
    for one in under.split("/")[1:]:
        below.remove(one)
    return "/".join(["·".join(above) or "1", *below])


def _unit_of(one: Indicator) -> str:
    """Return the unit that follows from what is counted and what it is divided by."""
    if one.scale == 100:
        return "%" if _cancel(one.of_unit, one.per_unit) == "1" else "wrong"
    if one.scale == 100_000:
        return f"{one.of_unit}/100 000 {one.per_unit}s"
    return _cancel(one.of_unit, one.per_unit)


def test_the_unit_of_every_row_follows_from_its_formula() -> None:
    same = {"number": "1", "-": "1", "ratio": "1", "% of GDP": "%"}
    for one in catalogue():
        assert _unit_of(one) == same.get(one.unit, one.unit), one.code
        assert bool(one.per) == bool(one.per_unit), one.code
        assert one.of, one.code


def test_a_wrong_unit_is_found() -> None:
    assert _cancel("kWh/a", "m²") == "kWh/a/m²"
    assert _cancel("customer/a", "customer") == "1/a"
    assert _cancel("call·min", "call") == "min"
    assert _cancel("km", "home") == "km/home"


def _figure(value: float, unit: str = "") -> Figure:
    return Figure(value=value, unit=unit, coverage=1.0, age_s=0.0)


def _facts(
    *, amounts: float = 1.0, people: float = 60.0, homes: int = 20, days: float = 36.525
) -> Facts:
    used: dict[str, tuple[Floats, Floats]] = {}
    return Facts(
        days=days, people=people, homes=homes,
        meters={"power": _figure(15), "water": _figure(10)},
        amounts={
            "electricity": _figure(6000 * amounts), "solar": _figure(3000 * amounts),
            "solar_exported": _figure(600 * amounts), "heat": _figure(1000 * amounts),
            "water": _figure(219.15 * amounts), "pm25": _figure(8.0, "µg/m³"),
        },
        water=balance("water", "m³", put_in=300.0, uses=used),
        outages=Outages(interrupted=8.0, minutes=240.0),
        bill={"fibre to the home": 20.0, "street light with Wi-Fi": 6.0},
    )  # fmt: skip


def test_every_formula_gives_the_unit_of_its_row_with_and_without_data() -> None:
    for facts in (_facts(), Facts(days=0, people=0, homes=0)):
        for one in score_all(facts):
            assert one.figure.unit == one.indicator.unit, one.indicator.code
    used = {one.formula for one in catalogue() if one.formula}
    assert used == set(FORMULAS)


def test_formulas_give_what_is_worked_out_by_hand() -> None:
    """A tenth of a year, 60 people, 20 homes."""
    found = {one.indicator.code: one.figure.value for one in score_all(_facts())}
    assert found["EN: E: E: 2C"] == pytest.approx(6000 / 60 * 10)  # kWh/a/inhabitant
    assert found["EN: E: E: 3C"] == pytest.approx(1000 * 3.6e6 / 1e9 / 60 * 10)  # GJ/a/inhabitant
    assert found["EN: E: E: 1C"] == pytest.approx(100 * (3000 - 600) / 6000)
    assert found["EN: EN: WS: 2C"] == pytest.approx(219.15e3 / 60 / 36.525)  # l/d/inhabitant
    assert found["EC: I: ES: 1C"] == pytest.approx(8 / 20 * 10)  # 1/a
    assert found["EC: I: ES: 2C"] == pytest.approx(240 / 8)  # min
    assert found["EC: ICT: ES: 1C"] == pytest.approx(75)
    assert found["EC: I: WS: 1C"] == pytest.approx(50)


@pytest.mark.parametrize("code", ["EN: E: E: 2C", "EN: E: E: 3C", "EN: EN: WS: 2C"])
def test_rates_scale_as_their_dimension_says(code: str) -> None:
    """Twice as much: twice; twice the people or the days: half."""

    def value(facts: Facts) -> float:
        found = next(one for one in score_all(facts) if one.indicator.code == code)
        assert found.figure.value is not None
        return found.figure.value

    base = value(_facts())
    assert value(_facts(amounts=2)) == pytest.approx(2 * base)
    assert value(_facts(people=120)) == pytest.approx(base / 2)
    assert value(_facts(days=73.05)) == pytest.approx(base / 2)
