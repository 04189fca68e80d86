"""Water and heat of a village: taps, leaks, the tank, and fields."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.play.clock import HOUR_US, Hour, noise_of
from bunyad.operate.play.electricity import day_factor
from bunyad.operate.play.life import life
from bunyad.operate.play.orders import FULLY_OPEN
from bunyad.operate.village.expected import hour_of_plan
from bunyad.operate.village.hours import PlannedHours, is_watered
from bunyad.operate.village.layout import Layout
from bunyad.operate.village.model import Village, constants

__all__ = ["Water"]

Array = NDArray[np.float64]
Told = dict[str, Array]

LITRES = 1000.0
"""Unit factor [l/m³]."""
MM_PER_M3_HA = 0.1
"""Unit factor: a cubic metre on a hectare is a tenth of a millimetre."""
LEAK_HOURS = 24
"""Hours without a dry minute after which a meter raises its own flag."""
TANK_FULL_M = 4.0


class Water:
    """Water minute by minute, and the counters of its meters."""

    def __init__(
        self, village: Village, layout: Layout, planned: PlannedHours, *, seed: int, first: int
    ) -> None:
        self.village, self.layout, self.planned, self.seed = village, layout, planned, seed
        rng, homes = noise_of(seed, 0, 2), len(layout.homes)
        use = np.exp(life()["home_spread"] * rng.normal(size=homes))
        self.use = use / max(use.mean(), 1e-9)
        self.heat_use = np.exp(0.2 * rng.normal(size=homes))
        self.heat_use /= max(self.heat_use.mean(), 1e-9)
        hour = int(hour_of_plan(np.array([first * HOUR_US]))[0])
        self.counted_l = self.use * planned.home_water_l[:hour].sum()
        self.inlet_l = np.array([planned.network_l[:hour].sum()])
        self.heat_kwh = self.heat_use * planned.home_heat_kw[:hour].sum()
        self.last_flow: dict[str, Array] = {}
        self.wet_hours = np.zeros(homes)
        self.level_m = TANK_FULL_M / 2
        fields = len(layout.fields)
        self.soil: Array = life()["soil_start"] + 0.02 * rng.normal(size=fields)

    def tell(self, hour: Hour) -> Told:
        """Return the readings of an hour by group of points."""
        told: Told = {}
        homes_l = self._homes(hour)
        flow = hour.mix(self.planned.leaked_l) + homes_l.sum(axis=0)
        if not len(homes_l):
            flow = hour.mix(self.planned.network_l)
        for fault, holds in hour.struck("pipe_leak"):
            flow = flow + fault.size * holds
        self.counted_l = self._meter(hour, told, "water", homes_l, self.counted_l)
        self.inlet_l = self._meter(hour, told, "inlet", flow[None, :], self.inlet_l)
        is_wet = (told["water.minFlow"] > 0) if len(homes_l) else homes_l > 0
        self.wet_hours = np.where(is_wet[:, -1], self.wet_hours + 1, 0)
        warned = (self.wet_hours >= LEAK_HOURS).astype(float)
        told["water.alarmStopsLeaks"] = np.repeat(warned[:, None], len(hour.times_us), axis=1)
        told["water.alarmTamper"] = np.zeros_like(homes_l)
        self._tank(hour, told, flow / LITRES)
        self._heat(hour, told)
        self._fields(hour, told)
        return told

    def _homes(self, hour: Hour) -> Array:
        """Return the flow of each home: mostly nothing, then a tap [l/h]."""
        known, steps = life(), len(hour.times_us)
        taps = hour.rng.gamma(known["tap_shape"], size=(len(self.use), steps))
        taps[taps < known["dry_below"] * known["tap_shape"]] = 0
        mean = np.maximum(taps.mean(axis=1, keepdims=True), 1e-9)
        level = hour.mix(self.planned.home_water_l) * day_factor(self.seed, hour)
        flow = self.use[:, None] * level * taps / mean
        for fault, holds in hour.struck("leak"):
            flow[fault.number, holds] += fault.size
        return np.asarray(flow)

    def _meter(self, hour: Hour, told: Told, name: str, flow: Array, counted: Array) -> Array:
        """Tell what water meters count and the flows of the last hour; return the counters."""
        counter = counted[:, None] + np.cumsum(flow, axis=1) * hour.step_h
        before = self.last_flow.get(name, flow)
        told[f"{name}.waterConsumption"] = counter
        told[f"{name}.minFlow"] = _trailing(np.minimum, before, flow)
        told[f"{name}.maxFlow"] = _trailing(np.maximum, before, flow)
        self.last_flow[name] = flow
        return counter[:, -1].copy()

    def _tank(self, hour: Hour, told: Told, out_m3: Array) -> None:
        """Tell the tank, which the pump fills at the plan's pace and with what it lacks."""
        planned_m3 = hour.mix(self.planned.inlet_m3)
        lacking = (TANK_FULL_M / 2 - self.level_m) * life()["tank_m2"] / 24
        flow = np.maximum(planned_m3 + lacking, 0)
        level = self.level_m + np.cumsum(flow - out_m3) * hour.step_h / life()["tank_m2"]
        level = np.asarray(np.clip(level, 0, TANK_FULL_M), dtype=np.float64)
        self.level_m = float(level[-1])
        told["tank.level"] = level[None, :]
        told["pump.flow"] = flow[None, :]
        per_m3 = self.planned.pump_kw.sum() / max(self.planned.inlet_m3.sum(), 1e-9)
        told["pump.power"] = flow[None, :] * per_m3

    def _heat(self, hour: Hour, told: Told) -> None:
        """Tell the heat meters of homes."""
        heat_kw = self.heat_use[:, None] * hour.mix(self.planned.home_heat_kw)
        counter = self.heat_kwh[:, None] + np.cumsum(heat_kw, axis=1) * hour.step_h
        self.heat_kwh = counter[:, -1].copy()
        told["heat.totalConsumption"] = counter

    def _fields(self, hour: Hour, told: Told) -> None:
        """Tell valves and soil: watered in turn, dried by the sun."""
        known, steps, count = life(), len(hour.times_us), len(self.soil)
        planned = is_watered(self.village, np.array([hour.plan[1]]), count)
        setting: Array = np.repeat(planned, steps, axis=1).astype(np.float64)
        for order, holds in hour.ordered("Valve"):
            setting[order.number, holds] = float(order.value) / FULLY_OPEN
        is_open = setting.copy()
        for fault, holds in hour.struck("stuck_valve"):
            is_open[fault.number, holds] = 1.0
        rate = constants()["irrigation_m3_per_ha"] / constants()["irrigation_hours"]
        noise = 1 + 0.03 * hour.rng.normal(size=(count, steps))
        flow = is_open * rate * noise
        sun = hour.mix(self.planned.sun_w_m2)
        wet_mm = flow * MM_PER_M3_HA - known["soil_dry"] * sun
        back = (known["soil_start"] - self.soil)[:, None] * known["soil_back"]
        soil = self.soil[:, None] + np.cumsum(
            (wet_mm * known["soil_per_mm"] + back) * hour.step_h, axis=1
        )
        soil = np.asarray(np.clip(soil, 0.05, 0.45), dtype=np.float64)
        self.soil = soil[:, -1].copy()
        told["valve.openStatus"] = np.asarray(is_open * FULLY_OPEN, dtype=np.float64)
        told["valve.setting"] = np.asarray(setting * FULLY_OPEN, dtype=np.float64)
        told["valve.flow"] = flow
        told["soil.soilMoistureVwc"] = soil + hour.rng.normal(0, 0.001, soil.shape)
        depth_c = 0.6 * hour.mix(self.planned.air_c) + 0.4 * self.planned.air_c.mean()
        told["soil.soilTemperature"] = depth_c + hour.rng.normal(0, 0.2, soil.shape)


def _trailing(least: np.ufunc, before: Array, now: Array) -> Array:
    """
    Return the least (or most) of the hour that ends at each step.

    What is left of the hour before and what there is of this one, each run up beforehand.
    """
    running = least.accumulate(now, axis=1)
    rest = least.accumulate(before[:, ::-1], axis=1)[:, ::-1]
    ahead = np.concatenate([rest[:, 1:], running[:, -1:]], axis=1)
    both = least(running, ahead)
    both[:, -1] = running[:, -1]
    return np.asarray(both)
