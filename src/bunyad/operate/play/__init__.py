"""
Play: a village that lives on paper.

Readings of every meter and sensor, minute by minute, from the plan's own demand and yield, with
noise of a given seed and faults that are put in on purpose and told in a list of the truth.

- `play`: blocks of readings, an hour each
- `read_faults`: faults from texts such as `leak@26h+6h:home-012`
- `truth_of`: what was put in, for those who judge alarms
- `Playing`: the same, of a village that takes orders while it plays
- `messages`: readings of a block by entity and instant
"""

from __future__ import annotations

from bunyad.operate.play.faults import FAULTS, Fault, read_faults, truth_of
from bunyad.operate.play.living import Block, Playing, play
from bunyad.operate.play.orders import Order, Orders
from bunyad.operate.play.points import Message, Points, messages, points_of

__all__ = [
    "FAULTS",
    "Block",
    "Fault",
    "Message",
    "Order",
    "Orders",
    "Playing",
    "Points",
    "messages",
    "play",
    "points_of",
    "read_faults",
    "truth_of",
]
