"""
Operate: see whether a place does what the plan promised.

broker        entities of a living place, as NGSI-LD has them: kept, asked for, watched
records       where they are kept: what is, what was, and its sums by hour and day
sensorthings  the same readings as OGC SensorThings has them
south         meters, sensors and chargers, by whatever language they speak
village       from the plan's Projects to entities and what is expected of them
play          a village that lives on paper: readings from the plan's own demand and yield
place         what the records know of a living place: things, links, hours
indicators    figures of a place, balances, and plan against actual
alarms        what is wrong, how bad, who sees to it
commands      what is switched, by whom, and whether it did as it was told
living        where all of that is kept of one place: files or a database
whole_village all of a village on one machine, as an ensemble of programs
"""

from __future__ import annotations
