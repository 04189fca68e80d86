"""The village's rules find the faults that are put into a played village, and little else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from small_village import JULY_US, small_village

from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.judging import Fault, judge
from bunyad.operate.alarms.trial import RULES_OF, Trial, try_rules

FAULTS = (
    "leak@2h+20h:home-003", "dead_inverter@4h+20h:home-005", "lamp_day@3h+20h:lamp-002",
    "silent@20h+10h:home-007", "charger_fault@28h+5h", "stuck_valve@20h+12h",
    "stuck@10h+8h:home-009", "lamp_out@1h+40h:lamp-005",
    "transformer_out@32h+3h:transformer-1",
)  # fmt: skip


BALANCES = (
    "pipe_leak@4h+40h=450", "theft@2h+40h:home-004", "tap@20h+30h:transformer-2",
    "low_voltage@50h+4h:transformer-2", "high_voltage@60h+4h:transformer-1",
    "drift@10h+40h:station-1",
)  # fmt: skip
"""What shows in balances, phases and beside others; the leak is below what the inlet alone shows."""


def tried(faults: Sequence[str], *, hours: int, seed: int = 1) -> Trial:
    """Play a small village with faults, a value every five minutes."""
    return try_rules(
        small_village(), load_rules("village"), faults, from_us=JULY_US, hours=hours, seed=seed,
        step_s=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def trial() -> Trial:
    """Two days of a small village with faults of nine kinds; its bins fill too slowly for more."""
    return tried(FAULTS, hours=48, seed=3)


def test_every_fault_that_has_a_rule_is_found(trial: Trial) -> None:
    assert [fault.kind for fault in trial.verdict.missed] == []
    assert trial.verdict.recall == 1.0


def test_few_alarms_ring_for_nothing(trial: Trial) -> None:
    assert trial.verdict.precision >= 0.85, [event.rule for event in trial.verdict.false]


def test_a_lost_transformer_hides_the_silence_of_its_homes(trial: Trial) -> None:
    lost = next(event for event in trial.events if event.rule == "transformer-lost")
    while_lost = [
        event for event in trial.events
        if lost.at <= event.at < lost.at + 3600 and event.rule in ("meter-silent", "solar-silent")
    ]  # fmt: skip
    hidden = [event for event in while_lost if event.after.word == "suppressed"]
    assert hidden
    assert {event.cause for event in hidden} == {lost.thing}
    assert not [event for event in while_lost if event.is_announcement]


def test_without_faults_the_village_is_quiet() -> None:
    quiet = tried((), hours=48)
    assert [event.rule for event in quiet.events if event.is_announcement] == []


def test_small_leaks_theft_voltage_and_drift_are_found_by_their_own_rules() -> None:
    found = tried(BALANCES, hours=72)
    assert [(fault.kind, fault.thing) for fault in found.verdict.missed] == []
    assert [event.rule for event in found.verdict.false] == []
    rung = {event.rule for event in found.events if event.is_announcement}
    assert rung == {"night-loss", "power-unaccounted", "transformer-voltage", "thermometer-astray"}


def test_a_sagging_transformer_hides_the_voltage_of_its_homes() -> None:
    found = tried(["low_voltage@2h+3h:transformer-1"], hours=7)
    (rung,) = [event for event in found.events if event.is_announcement]
    assert rung.thing.endswith("ThreePhaseAcMeasurement:riverton:transformer-1")
    hidden = {event.thing: event.cause for event in found.events if event.rule == "home-voltage"}
    assert len(hidden) == 6 + 4  # its homes and the public buildings
    assert set(hidden.values()) <= {rung.thing, ""}


def test_rules_are_named_for_faults_that_there_are() -> None:
    known = {rule.id for rule in load_rules("village").rules}
    assert {name for names in RULES_OF.values() for name in names} <= known


def test_a_fault_without_an_alarm_is_missed_and_lowers_the_recall() -> None:
    faults = [Fault(kind="leak", thing=f"home-{n}", start=0, end=60) for n in range(2)]
    verdict = judge([], faults, rules_of={"leak": ["water-leak"]})
    assert (verdict.recall, verdict.precision, len(verdict.missed)) == (0.0, 1.0, 2)
