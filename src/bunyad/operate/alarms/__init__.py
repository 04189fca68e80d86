"""
Alarms: what is wrong, how bad, who sees to it (after ISA-18.2 and IEC 62682).

rules       what rings, as versioned files; ready-made ones for a village
feed        what is known of the things: last values, a short memory
conditions  worked out for all things of a rule at once
states      of an alarm, and how one follows from another
watch       one rule on all its things
engine      readings in, changes out: the same for live ones and those of the records
acts        what an operator may do, and when
events      what the log keeps
keeping     the log and the engine's state: a file, or tables in PostgreSQL
watching    a living place
duty        one of several processes watches, another takes over
statistics  whether a person can live with the alarms: rates, floods, chattering, top ten
judging     precision and recall where the faults are known
"""

from __future__ import annotations

from bunyad.operate.alarms.engine import Engine, expected_name
from bunyad.operate.alarms.events import Act, Event
from bunyad.operate.alarms.feed import Point, Readings
from bunyad.operate.alarms.rules import load_rules, parse_rules
from bunyad.operate.alarms.states import State

__all__ = [
    "Act",
    "Engine",
    "Event",
    "Point",
    "Readings",
    "State",
    "expected_name",
    "load_rules",
    "parse_rules",
]
