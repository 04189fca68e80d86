"""Other things of a village: waste, weather, air, noise, and the devices themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.play.clock import Hour, noise_of
from bunyad.operate.play.life import life
from bunyad.operate.village.hours import EMPTIED_AT, PlannedHours
from bunyad.operate.village.layout import Layout
from bunyad.operate.village.model import HOURS, Village, constants

__all__ = ["Things"]

Array = NDArray[np.float64]
Told = dict[str, Array]

DEVICES = ("electricity", "water", "heat", "fibre", "container")


class Things:
    """What is neither electricity nor water."""

    def __init__(
        self, village: Village, layout: Layout, planned: PlannedHours, *, seed: int, first: int
    ) -> None:
        self.village, self.layout, self.planned, self.seed = village, layout, planned, seed
        rng, known = noise_of(seed, 0, 3), constants()
        containers = len(layout.containers)
        kg = village.people * known["waste_kg_per_person_day"] / max(containers, 1) / 24
        self.fill_per_h = kg / known["container_kg"] * np.exp(0.25 * rng.normal(size=containers))
        self.first = first
        self.level = self.fill_per_h * self._hours_since_emptied(first)
        count = {name: len(layout.homes) for name in DEVICES} | {"container": containers}
        self.rssi = {
            name: life()["rssi_mean"] + 5 * rng.normal(size=size) for name, size in count.items()
        }
        self.battery = {name: rng.uniform(0.6, 1.0, size=size) for name, size in count.items()}
        self.drifted: dict[int, float] = {}

    def _local(self, number: int) -> int:
        """Return an hour of local time, since 1970."""
        return number + round(self.village.utc_offset_hours)

    def _hours_since_emptied(self, number: int) -> int:
        """Return how long ago waste was fetched [h]."""
        every = 24 * round(constants()["container_emptied_every_days"])
        return (self._local(number) - EMPTIED_AT) % every

    def tell(self, hour: Hour) -> Told:
        """Return the readings of an hour by group of points."""
        told: Told = {}
        self._waste(hour, told)
        self._weather(hour, told)
        self._devices(hour, told)
        return told

    def _waste(self, hour: Hour, told: Told) -> None:
        """Tell containers, which fill and are emptied in the morning."""
        steps, count = len(hour.times_us), len(self.level)
        if self._hours_since_emptied(hour.number) == 0:
            left = {fault.number for fault, _ in hour.struck("container_full")}
            is_left = np.isin(np.arange(count), list(left))
            self.level = np.where(is_left, self.level, 0.0)
        is_day = 0.4 if self._local(hour.number) % 24 < EMPTIED_AT else 1.2
        bags = hour.rng.gamma(0.3, size=(count, steps)) / 0.3
        level = self.level[:, None] + np.cumsum(
            self.fill_per_h[:, None] * bags * is_day * hour.step_h, axis=1
        )
        level = np.minimum(level, 1.0)
        self.level = level[:, -1].copy() if steps else self.level
        told["container.fillingLevel"] = level
        told["container.cargoWeight"] = level * constants()["container_kg"]
        air = hour.mix(self.planned.air_c)
        told["container.temperature"] = air + 3 + hour.rng.normal(0, 0.3, level.shape)

    def _weather(self, hour: Hour, told: Told) -> None:
        """Tell the stations of weather, air and noise."""
        known, steps = life(), len(hour.times_us)
        shape = (len(self.layout.stations), steps)
        rng, planned = hour.rng, self.planned
        air = hour.mix(planned.air_c) + rng.normal(0, 0.15, shape)
        humidity = known["humidity_at_0"] - known["humidity_fall"] * air
        sun = hour.mix(planned.sun_w_m2) * np.exp(known["cloud_spread"] * rng.normal(size=shape))
        wind = hour.mix(planned.wind_ms) * known["wind_to_10m"]
        told["weather.temperature"] = self._drift(hour, air)
        told["weather.relativeHumidity"] = np.clip(humidity, 0.05, 1.0)
        told["weather.windSpeed"] = wind * rng.uniform(0.8, 1.2, shape)
        told["weather.solarRadiation"] = np.maximum(sun, 0)
        local = self._local(hour.number) % 24
        busy = float(np.clip(np.sin((local - 5) / 17 * np.pi), 0, 1))
        pm10 = known["dust_base"] * (1 + 0.6 * busy) * np.exp(0.1 * rng.normal(size=shape))
        told["air.pm10"] = pm10
        told["air.pm25"] = 0.5 * pm10
        told["air.no2"] = 4 + 8 * busy + np.abs(rng.normal(0, 0.5, shape))
        told["sound.LAeq"] = (
            known["noise_night"] + known["noise_day"] * busy + rng.normal(0, 1.5, shape)
        )

    def _drift(self, hour: Hour, air: Array) -> Array:
        """Let thermometers that are struck go wrong slowly."""
        told = air.copy()
        for fault, holds in hour.struck("drift"):
            since_h = (hour.times_us - fault.start_us) / 3.6e9
            told[fault.number, holds] += fault.size * since_h[holds]
        return told

    def _devices(self, hour: Hour, told: Told) -> None:
        """Tell radios and batteries."""
        known, steps = life(), len(hour.times_us)
        aged = (hour.number - self.first) / HOURS * known["battery_per_year"]
        for name in DEVICES:
            rssi = self.rssi[name][:, None] + known["rssi_spread"] * hour.rng.normal(
                size=(len(self.rssi[name]), steps)
            )
            told[f"device-{name}.rssi"] = np.round(rssi)
            battery = np.maximum(self.battery[name] - aged, 0)
            told[f"device-{name}.batteryLevel"] = np.repeat(battery[:, None], steps, axis=1)
