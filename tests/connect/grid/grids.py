"""A small grid and a slow, obvious load flow for the tests."""

from __future__ import annotations

from functools import cache
from math import acos, tan

import numpy as np
import pandas as pd

from bunyad.connect.grid import draft_grid, reinforce_grid
from bunyad.options import ConnectOptions

OPTIONS = ConnectOptions()

STATIONS = pd.DataFrame(
    [("north", 330.0, 0.0, 0.0, True), ("east", 110.0, 3e4, 0.0, True), ("west", 110.0, 0.0, 4e4, False)],
    columns=["id", "kv", "x", "y", "is_existing"],
)  # fmt: skip
LINES = pd.DataFrame(
    [("north-east", "north", "east", 110.0, 39.0, 1.0), ("east-west", "east", "west", 110.0, 60.0, 1.3),
     ("north-west", "north", "west", 110.0, 52.0, 1.6)],
    columns=["id", "start", "end", "kv", "length_km", "terrain_factor"],
)  # fmt: skip
MEMBERS = pd.DataFrame(
    [("city", "settlement", "east", 3e4, 500.0, 60.0, 18.0, 0.0, 0.0, False),
     ("village", "settlement", "east", 3.6e4, 4e3, 0.8, 0.2, 0.0, 0.0, False),
     ("hamlet", "settlement", "east", 4e4, 5e3, 0.5, 0.1, 0.0, 0.0, False),
     ("town", "settlement", "west", 4e3, 6e4, 9.0, 3.0, 0.0, 0.0, False),
     ("solar", "site", "west", 5e3, 4.5e4, 0.0, 0.0, 90.0, 60.0, False),
     ("hydro", "site", "east", 3.5e4, 9e3, 0.0, 0.0, 12.0, 12.0, True)],
    columns=["id", "kind", "station", "x", "y", "peak_mw", "low_mw", "capacity_mw", "plant_mw",
             "is_existing"],
)  # fmt: skip
SOURCES = pd.DataFrame(
    [("tie", "north", 400.0, 400.0)], columns=["id", "station", "import_mw", "export_mw"]
)


def draft(options=OPTIONS, lines=LINES, members=MEMBERS, sources=SOURCES):
    return draft_grid(STATIONS, lines=lines, members=members, sources=sources, options=options)


@cache
def small_grid():
    return reinforce_grid(draft(), options=OPTIONS)


def solve_slowly(design, scenario, taps, plants_mvar, options=OPTIONS):
    """
    Solve a load flow by the current-injection fixed point on the admittance matrix.

    Values are in p.u. on 100 MVA; lines are π sections, transformers have their shunt split in
    halves, interconnectors are a voltage behind an impedance with R / X of 0.1.
    """
    base = 100.0
    number = {bus: n for n, bus in enumerate(design.buses["id"])}
    y = np.zeros((len(number), len(number)), complex)
    for row, line in enumerate(design.branches.to_dict("records")):
        if scenario.kind == "mesh" and scenario.out == row:
            continue
        a, b = number[line["from_bus"]], number[line["to_bus"]]
        z = complex(line["resistance_ohm"], line["reactance_ohm"]) * base / line["kv"] ** 2
        half = 0.5j * line["susceptance_us"] * 1e-6 * line["kv"] ** 2 / base
        y[a, a] += 1 / z + half
        y[b, b] += 1 / z + half
        y[a, b] -= 1 / z
        y[b, a] -= 1 / z
    unit = 0
    for bank in design.transformers.to_dict("records"):
        for _ in range(bank["count"]):
            a, b = number[bank["hv_bus"]], number[bank["lv_bus"]]
            r = bank["load_loss_kw"] / 1e3 / bank["mva"]
            z = complex(r, np.sqrt((bank["uk_percent"] / 100) ** 2 - r**2)) * base / bank["mva"]
            g = bank["no_load_loss_kw"] / 1e3 / bank["mva"]
            idle = max(0.005, g)
            shunt = complex(g, -np.sqrt(idle**2 - g**2)) * bank["mva"] / base / 2
            ratio = 1 + taps[unit] * bank["tap_step_percent"] / 100
            y[a, a] += (1 / z + shunt) / ratio**2
            y[b, b] += 1 / z + shunt
            y[a, b] -= 1 / z / ratio
            y[b, a] -= 1 / z / ratio
            unit += 1
    power = -(scenario.active_mw + 1j * (scenario.reactive_mvar + plants_mvar)) / base
    behind = np.zeros(len(number), complex)
    for source in design.sources.to_dict("records"):
        n = number[source["bus"]]
        fault = 3**0.5 * design.buses["kv"][n] * options.grid_fault_ka / base
        z = complex(0.1, 1) / abs(complex(0.1, 1)) / fault
        y[n, n] += 1 / z
        behind[n] += options.grid_source_voltage / z
    u = np.ones(len(number), complex)
    inverse = np.linalg.inv(y)
    for _ in range(400):
        u = inverse @ (behind + np.conj(power / u))
    return u


def slope(factor):
    return tan(acos(factor))
