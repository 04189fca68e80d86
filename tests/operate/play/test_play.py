"""A played village: what it adds up to, and what faults do."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from small_village import JULY_US, small_village

from bunyad.errors import InputError
from bunyad.operate.play import FAULTS, messages, play, points_of, read_faults, truth_of
from bunyad.operate.play.feed import fragment
from bunyad.operate.play.water import _trailing
from bunyad.operate.village.hours import plan_hours
from bunyad.operate.village.vocabulary import check_entity

VILLAGE = small_village()
POINTS = points_of(VILLAGE)
HOURS = plan_hours(VILLAGE)
HOUR_US = 3_600_000_000


def group(key: str) -> slice:
    return next(one.rows for one in POINTS.groups if one.key == key)


def played(*texts: str, hours: int = 24, seed: int = 1, step_s: int = 300, from_us: int = JULY_US):
    faults = read_faults(texts, POINTS, from_us=from_us, seed=seed)
    blocks = play(
        VILLAGE, from_us=from_us, hours=hours, step_s=step_s, seed=seed, faults=faults
    )  # fmt: skip
    return np.concatenate([block.values for block in blocks], axis=1)


@pytest.fixture(scope="module")
def healthy() -> np.ndarray:
    return played(hours=72)


def test_the_same_seed_gives_the_same_readings_and_another_gives_others() -> None:
    first, second, other = played(hours=2), played(hours=2), played(hours=2, seed=2)

    assert np.array_equal(first, second, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_an_hour_has_the_same_power_whatever_was_played_before_it() -> None:
    late = played(hours=1, from_us=JULY_US + 5 * HOUR_US)

    whole = played(hours=6)[:, -12:]

    power = group("home.totalActivePower")
    assert np.array_equal(late[power], whole[power])


def test_every_reading_holds_against_the_vocabulary() -> None:
    block = next(play(VILLAGE, from_us=JULY_US + 8 * HOUR_US, hours=1, step_s=1800))

    told = list(messages(block))

    assert {fault for one in told for fault in check_entity(fragment(one))} == set()
    assert sum(
        len(value) if isinstance(value, dict) else 1
        for one in told
        for value in one.values.values()
    ) == 2 * len(POINTS)


def test_days_use_what_the_plan_says_within_the_spread_of_days(healthy: np.ndarray) -> None:
    meter = healthy[group("home.totalActivePower")].sum(axis=0).mean()
    roofs = healthy[group("roof.activePower")].sum(axis=0).mean() * 1000

    used_w = meter + roofs

    assert used_w == pytest.approx(HOURS.home_kw.mean() * 12_000, rel=0.15)
    assert roofs == pytest.approx(
        60_000 * 0.6 * np.mean(np.clip(np.sin(np.arange(24) / 12 * np.pi), 0, None)), rel=0.05
    )


def test_the_feeder_has_what_transformers_have_and_the_losses(healthy: np.ndarray) -> None:
    below = healthy[group("transformer.totalActivePower")].sum(axis=0)

    feeder = healthy[group("feeder.totalActivePower")][0]

    assert np.allclose(feeder, below + 0.01 * np.abs(below))


def test_transformers_have_what_hangs_on_them_and_the_losses(healthy: np.ndarray) -> None:
    parts = sum(
        healthy[group(key)].sum(axis=0)
        for key in ("home.totalActivePower", "lamp.powerConsumption", "public.totalActivePower",
                    "charger.powerConsumption")
    )  # fmt: skip
    pump = 500.0
    told = healthy[group("transformer.totalActivePower")]
    below = np.where(told > 0, told / 1.03, told / 0.97)

    assert np.allclose(below.sum(axis=0), parts + pump)


def test_counters_run_on_with_power(healthy: np.ndarray) -> None:
    power = healthy[group("home.totalActivePower")]
    imported = healthy[group("home.totalActiveEnergyImport")]
    exported = healthy[group("home.totalActiveEnergyExport")]

    net = imported - exported

    assert (np.diff(imported, axis=1) >= -1e-9).all()
    assert np.allclose(np.diff(net, axis=1), power[:, 1:] / 1000 * 300 / 3600)


def test_homes_and_losses_are_the_water_that_goes_in(healthy: np.ndarray) -> None:
    """Of 500 l an hour a quarter is lost, as much by night as by day."""
    homes = np.diff(healthy[group("water.waterConsumption")], axis=1).sum(axis=0)
    inlet = np.diff(healthy[group("inlet.waterConsumption")], axis=1)[0]

    assert (inlet - homes) * 12 == pytest.approx(125.0)


def test_trailing_least_and_most_are_those_of_the_last_hour() -> None:
    flow = np.random.default_rng(3).random((4, 24))
    both = [flow[:, :12], flow[:, 12:]]

    found = _trailing(np.minimum, both[0], both[1])

    brute = np.array([[flow[row, at + 1 : at + 13].min() for at in range(12)] for row in range(4)])
    assert np.array_equal(found, brute)


def test_a_healthy_home_has_a_dry_minute_in_most_hours_and_a_leaking_one_never() -> None:
    dry = group("water.minFlow")
    healthy, leaking = (
        played(hours=12, step_s=60),
        played("leak@2h+8h:home-003", hours=12, step_s=60),
    )

    assert (healthy[dry] == 0).mean() > 0.95
    during = leaking[dry][2, 4 * 60 : 10 * 60]
    assert (during >= 60 - 1e-6).all()
    assert (leaking[dry][2, 11 * 60 + 1 :] == 0).mean() > 0.9


FAULT_TEXTS = {
    "leak": "leak@1h+2h:home-003",
    "pipe_leak": "pipe_leak@1h+2h",
    "dead_inverter": "dead_inverter@6h+2h:home-005",
    "lamp_out": "lamp_out@20h+2h:lamp-002",
    "lamp_day": "lamp_day@8h+2h:lamp-002",
    "stuck_valve": "stuck_valve@1h+2h:field-001",
    "container_full": "container_full@1h+20h:container-01",
    "theft": "theft@1h+2h:home-004",
    "tap": "tap@1h+2h:transformer-1",
    "low_voltage": "low_voltage@1h+2h:transformer-1",
    "high_voltage": "high_voltage@1h+2h:transformer-2",
    "transformer_out": "transformer_out@1h+2h:transformer-1",
    "charger_fault": "charger_fault@1h+2h:charger-1",
    "drift": "drift@1h+2h:station-1",
    "silent": "silent@1h+2h:WeatherObserved/station-1",
    "stuck": "stuck@1h+2h:home-001",
}


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_fault_shows_where_it_says_and_only_while_it_holds(kind: str) -> None:
    hours = 24
    (fault,) = read_faults([FAULT_TEXTS[kind]], POINTS, from_us=JULY_US, seed=1)
    healthy, faulty = played(hours=hours), played(FAULT_TEXTS[kind], hours=hours)
    differs = ~((healthy == faulty) | (np.isnan(healthy) & np.isnan(faulty)))

    rows = POINTS.rows_of(fault.entity)
    told = {one.attribute for one in POINTS.groups if differs[one.rows].any()}
    before = (fault.start_us - JULY_US) // 300_000_000

    assert differs[rows].any()
    assert set(FAULTS[kind].affects) <= told
    assert not differs[:, :before].any()


def test_a_dead_inverter_gives_nothing_and_the_grid_gives_it_instead() -> None:
    healthy, faulty = played(hours=12), played("dead_inverter@6h+2h:home-005", hours=12)
    during = slice(6 * 12, 8 * 12)
    roof, meter = group("roof.activePower").start + 4, group("home.totalActivePower").start + 4

    assert (faulty[roof, during] == 0).all()
    assert np.allclose(faulty[meter, during] - healthy[meter, during], healthy[roof, during] * 1000)


def test_behind_a_dark_transformer_mains_meters_are_silent_and_water_meters_tell() -> None:
    faulty = played("transformer_out@1h+1h:transformer-1", hours=3)
    during, homes = slice(12, 24), np.arange(12) < 6

    power = faulty[group("home.totalActivePower")][:, during]

    assert np.isnan(power[homes]).all()
    assert np.isfinite(power[~homes]).all()
    assert np.isfinite(faulty[group("water.waterConsumption")]).all()
    assert (faulty[group("transformer.totalActivePower")][0, during] == 0).all()


def test_theft_shows_at_the_transformer_and_not_at_the_meter() -> None:
    healthy, faulty = played(hours=3), played("theft@1h+1h:home-004=0.5", hours=3)
    during = slice(12, 24)
    meter = group("home.totalActivePower")

    assert np.array_equal(
        healthy[group("transformer.totalActivePower")],
        faulty[group("transformer.totalActivePower")],
    )
    assert (faulty[meter][3, during] < healthy[meter][3, during]).all()


def test_a_silent_sensor_tells_nothing_and_a_stuck_one_the_same() -> None:
    faulty = played("silent@1h+1h:Tank/tank", "stuck@1h+1h:home-002", hours=3)
    during, tank = slice(12, 24), group("tank.level")
    meter = faulty[group("home.totalActivePower")][1]

    assert np.isnan(faulty[tank][0, during]).all()
    assert np.isfinite(faulty[tank][0, :12]).all()
    assert (meter[during] == meter[11]).all()
    assert meter[25] != meter[11]


def test_silent_entities_have_no_message_and_partly_silent_ones_a_short_one() -> None:
    faults = read_faults(["silent@0h+1h:Tank/tank"], POINTS, from_us=JULY_US, seed=1)
    block = next(play(VILLAGE, from_us=JULY_US, hours=1, step_s=1800, faults=faults))

    told = {one.entity for one in messages(block)}

    assert "urn:ngsi-ld:Tank:riverton:tank" not in told
    assert "urn:ngsi-ld:Pump:riverton:pump" in told


def test_the_truth_says_what_was_put_in_when() -> None:
    faults = read_faults(["leak@2d+6h:home-003=80", "dead_inverter@2030-07-02T08:00Z"], POINTS,
                         from_us=JULY_US, seed=5)  # fmt: skip

    told = truth_of(faults, settlement="riverton", seed=5, from_us=JULY_US, to_us=JULY_US + HOUR_US)

    leak, inverter = told["faults"]
    assert leak["entity"] == "urn:ngsi-ld:WaterConsumptionObserved:riverton:home-003"
    assert (leak["start"], leak["end"]) == ("2030-07-03T00:00:00Z", "2030-07-03T06:00:00Z")
    assert (leak["size"], leak["unit"]) == (80.0, "l/h")
    assert inverter["start"] == "2030-07-02T08:00:00Z"
    assert inverter["entity"].startswith("urn:ngsi-ld:PhotovoltaicMeasurement:riverton:home-0")


def test_wrong_faults_are_all_named() -> None:
    with pytest.raises(InputError) as error:
        read_faults(["leak", "dragon@1h", "leak@1h:home-999"], POINTS, from_us=0, seed=1)

    text = str(error.value)
    assert len(error.value.faults) == 3
    assert "it is no fault" in text
    assert "there is no kind dragon" in text
    assert "there is no home-999" in text


def test_a_step_that_is_no_part_of_an_hour_is_refused() -> None:
    with pytest.raises(InputError, match="no part of an hour"):
        next(play(VILLAGE, from_us=0, hours=1, step_s=7))


def test_a_leap_day_and_a_new_year_are_played() -> None:
    leap = int(np.datetime64("2032-02-29T00:00", "us").astype("int64"))
    eve = int(np.datetime64("2031-12-31T22:00", "us").astype("int64"))

    for start in (leap, eve):
        for block in islice(play(VILLAGE, from_us=start, hours=4, step_s=900), 4):
            assert np.isfinite(block.values).all()
