"""Electricity of a village: homes, roofs, public buildings, lamps, and the grid above them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.play.clock import HOUR_US, Hour, noise_of
from bunyad.operate.play.life import life
from bunyad.operate.village.expected import hour_of_plan
from bunyad.operate.village.hours import PlannedHours
from bunyad.operate.village.layout import PUBLIC, Layout
from bunyad.operate.village.model import Village, constants

__all__ = ["Electricity", "day_factor"]

Array = NDArray[np.float64]
Told = dict[str, Array]

PHASES = ("L1", "L2", "L3")
METERS = ("home", "transformer", "feeder", "public")


def day_factor(seed: int, hour: Hour) -> float:
    """Return how much more than planned the village uses on a day [-]."""
    spread = life()["day_spread"]
    drawn = noise_of(seed, 2, hour.number // 24).normal()
    return float(np.exp(spread * drawn - spread**2 / 2))


class Electricity:
    """Power of everything, minute by minute, and the counters of the meters."""

    def __init__(
        self, village: Village, layout: Layout, planned: PlannedHours, *, seed: int, first: int
    ) -> None:
        self.village, self.layout, self.planned, self.seed = village, layout, planned, seed
        rng, known = noise_of(seed, 0, 1), life()
        homes = len(layout.homes)
        use = np.exp(known["home_spread"] * rng.normal(size=homes))
        self.home_use = use / max(use.mean(), 1e-9)
        roof = 1 + known["roof_spread"] * rng.normal(size=homes)
        self.roof = roof / max(roof.mean(), 1e-9) if homes else roof
        self.phase_share = {
            "home": rng.dirichlet(np.full(3, 4.0), size=homes),
            "transformer": np.full((len(layout.transformers), 3), 1 / 3),
            "feeder": np.full((1, 3), 1 / 3),
            "public": np.full((len(PUBLIC), 3), 1 / 3),
        }
        self.imported: dict[str, Array] = {}
        self.exported: dict[str, Array] = {}
        self._start_counters(first)

    def _start_counters(self, first: int) -> None:
        """Set counters to what the year until now was to bring."""
        hour = int(hour_of_plan(np.array([first * HOUR_US]))[0])
        planned = self.planned
        net = {
            "home": (planned.home_kw - planned.home_solar_kw)[None, :]
            * np.ones((len(self.layout.homes), 1)),
            "transformer": planned.transformer_kw,
            "feeder": planned.feeder_kw[None, :],
            "public": planned.public_kw[None, :] * np.ones((len(PUBLIC), 1)),
        }
        for name, each in net.items():
            self.imported[name] = np.maximum(each[:, :hour], 0).sum(axis=1)
            self.exported[name] = np.maximum(-each[:, :hour], 0).sum(axis=1)
        self.lit_kwh = float(planned.lights_kw[:hour].sum())

    def tell(self, hour: Hour) -> Told:
        """Return the readings of an hour by group of points."""
        told: Told = {}
        solar_kw = self._roofs(hour, told)
        used_kw = self._homes(hour)
        lamps_kw = self._lamps(hour, told)
        public_kw = self._public(hour)
        charging_kw = self._chargers(hour, told)
        pump_kw = hour.mix(self.planned.pump_kw)
        is_dark = self._dark(hour)
        home_of, lamp_of = self.layout.home_transformer, self.layout.lamp_transformer
        dark_homes, dark_lamps = is_dark[home_of], is_dark[lamp_of]
        true_kw = np.where(dark_homes, 0, used_kw - solar_kw)
        seen_kw = true_kw - self._stolen_kw(hour, used_kw) * ~dark_homes
        count = len(self.layout.transformers)
        net_kw = _sum_by(true_kw, home_of, count) + _sum_by(
            np.where(dark_lamps, 0, lamps_kw), lamp_of, count
        )
        net_kw[0] += np.where(is_dark[0], 0, public_kw.sum(axis=0) + charging_kw + pump_kw)
        net_kw += self._tapped_kw(hour) * ~is_dark
        net_kw += constants()["low_voltage_loss_share"] * np.abs(net_kw)
        whole = net_kw.sum(axis=0)
        whole = whole + constants()["middle_voltage_loss_share"] * np.abs(whole)
        sag = self._sag(hour)
        self._meter(hour, told, "home", seen_kw, sag=sag[home_of], silent=dark_homes)
        self._meter(hour, told, "transformer", net_kw, sag=sag, dark=is_dark)
        self._meter(hour, told, "feeder", whole[None, :])
        silent = np.repeat(is_dark[:1], len(PUBLIC), axis=0)
        self._meter(
            hour, told, "public", public_kw, sag=np.repeat(sag[:1], len(PUBLIC), 0), silent=silent
        )
        for key in ("activePower", "temperature", "current", "inverterStatus"):
            told[f"roof.{key}"][dark_homes] = np.nan
        for key in ("powerConsumption", "powerState", "illuminanceLevel", "voltage", "current"):
            told[f"lamp.{key}"][dark_lamps] = np.nan
        told["lights.powerState"][is_dark] = np.nan
        return told

    def _homes(self, hour: Hour) -> Array:
        """Return what homes use: the plan's mean, spread over homes, days and minutes [kW]."""
        shape = life()["minute_shape"]
        steps, homes = len(hour.times_us), len(self.home_use)
        spikes = hour.rng.gamma(shape, size=(homes, steps))
        spikes /= np.maximum(spikes.mean(axis=1, keepdims=True), 1e-9)
        level = hour.mix(self.planned.home_kw) * day_factor(self.seed, hour)
        return np.asarray(self.home_use[:, None] * level * spikes)

    def _roofs(self, hour: Hour, told: Told) -> Array:
        """Return what roofs give [kW], and tell their measurements."""
        known, planned = life(), self.planned
        cloud = np.exp(known["cloud_spread"] * hour.rng.normal(size=len(hour.times_us)))
        solar_kw = self.roof[:, None] * (hour.mix(planned.home_solar_kw) * cloud)
        status = np.zeros_like(solar_kw)
        for fault, holds in hour.struck("dead_inverter"):
            solar_kw[fault.number, holds] = 0
            status[fault.number, holds] = 1
        cell = hour.mix(planned.air_c) + known["cell_rise"] * hour.mix(planned.sun_w_m2)
        told["roof.activePower"] = solar_kw.copy()
        told["roof.temperature"] = cell + hour.rng.normal(0, 0.3, solar_kw.shape)
        told["roof.current"] = solar_kw * 1000 / constants()["phase_voltage"]
        told["roof.inverterStatus"] = status
        return solar_kw

    def _lamps(self, hour: Hour, told: Told) -> Array:
        """Return what each lamp takes [kW], and tell lamps and their cabinet."""
        known, steps = life(), len(hour.times_us)
        count = len(self.layout.lamps)
        # Lamps switch with the dark hour of the plan, not gradually.
        rated_w = float(self.planned.lamp_w[hour.plan[1]])
        is_on = np.full((count, steps), rated_w > 0)
        burning_w = self.village.lamp_w
        share = np.ones((count, steps))
        groups = np.full((len(self.layout.transformers), steps), float(rated_w > 0))
        for order, holds in hour.ordered("StreetlightGroup"):
            ours = np.ix_(self.layout.lamp_transformer == order.number, holds)
            is_on[ours] = order.value != "off"
            share[ours] = known["lamp_low_share"] if order.value == "low" else 1.0
            groups[order.number, holds] = ("off", "on", "low").index(str(order.value))
        told_on = is_on.copy()
        for fault, holds in hour.struck("lamp_day"):
            is_on[fault.number, holds] = told_on[fault.number, holds] = True
        for fault, holds in hour.struck("lamp_out"):
            is_on[fault.number, holds] = False
        spread = 1 + known["lamp_spread"] * hour.rng.normal(size=(count, steps))
        power_w = is_on * share * spread * (rated_w or burning_w)
        voltage = constants()["phase_voltage"] + hour.rng.normal(
            0, known["voltage_spread"], (count, steps)
        )
        told["lamp.powerConsumption"] = power_w
        told["lamp.powerState"] = told_on.astype(float)
        told["lamp.illuminanceLevel"] = told_on * share
        told["lights.powerState"] = groups
        told["lamp.voltage"] = voltage
        told["lamp.current"] = power_w / voltage
        all_w = power_w.sum(axis=0)
        counter = self.lit_kwh + np.cumsum(all_w) / 1000 * hour.step_h
        self.lit_kwh = float(counter[-1])
        told["cabinet.totalActivePower"] = all_w[None, :]
        told["cabinet.energyConsumed"] = counter[None, :]
        return np.asarray(power_w / 1000)

    def _public(self, hour: Hour) -> Array:
        """Return what public buildings use [kW]."""
        noise = 1 + 0.05 * hour.rng.normal(size=(len(PUBLIC), len(hour.times_us)))
        return np.asarray(hour.mix(self.planned.public_kw) * noise)

    def _chargers(self, hour: Hour, told: Told) -> Array:
        """Return what all chargers give [kW], and tell each: as many cars as the plan's energy."""
        steps, count = len(hour.times_us), len(self.layout.chargers)
        if not count:
            return np.zeros(steps)
        wanted = float(self.planned.charger_kw[hour.plan[1]]) * count
        busy = min(count, int(np.ceil(wanted / life()["session_kw"])))
        cars = hour.rng.permutation(count)[:busy]
        power_kw = np.zeros((count, steps))
        power_kw[cars] = wanted / max(busy, 1)
        is_out = np.zeros((count, steps), dtype=bool)
        for order, holds in hour.ordered("EVChargingStation"):
            is_out[order.number, holds] = order.value == "outOfService"
        for fault, holds in hour.struck("charger_fault"):
            is_out[fault.number] |= holds
        power_kw[is_out] = 0
        is_free = (power_kw == 0) & ~is_out
        told["charger.powerConsumption"] = power_kw * 1000
        told["charger.availableCapacity"] = is_free.astype(float)
        told["charger.status"] = np.where(is_out, 2.0, np.where(is_free, 0.0, 1.0))
        return np.asarray(power_kw.sum(axis=0))

    def _dark(self, hour: Hour) -> NDArray[np.bool_]:
        """Tell when each transformer is off."""
        is_dark = np.zeros((len(self.layout.transformers), len(hour.times_us)), dtype=bool)
        for fault, holds in hour.struck("transformer_out"):
            is_dark[fault.number] |= holds
        return is_dark

    def _sag(self, hour: Hour) -> Array:
        """Return the part of the voltage that each transformer lacks, or has too much of [-]."""
        sag = np.zeros((len(self.layout.transformers), len(hour.times_us)))
        for fault, holds in hour.struck("low_voltage", "high_voltage"):
            sag[fault.number, holds] = fault.size if fault.kind == "low_voltage" else -fault.size
        return sag

    def _tapped_kw(self, hour: Hour) -> Array:
        """Return what is taken from the lines of each transformer before any meter [kW]."""
        tapped = np.zeros((len(self.layout.transformers), len(hour.times_us)))
        for fault, holds in hour.struck("tap"):
            tapped[fault.number, holds] += fault.size
        return tapped

    def _stolen_kw(self, hour: Hour, used_kw: Array) -> Array:
        """Return what goes past the meters of homes [kW]."""
        stolen = np.zeros_like(used_kw)
        for fault, holds in hour.struck("theft"):
            stolen[fault.number, holds] = used_kw[fault.number, holds] * min(fault.size, 1.0)
        return stolen

    def _meter(  # noqa: PLR0913  (each is something else that a meter may meet)
        self,
        hour: Hour,
        told: Told,
        name: str,
        power_kw: Array,
        *,
        sag: Array | None = None,
        silent: NDArray[np.bool_] | None = None,
        dark: NDArray[np.bool_] | None = None,
    ) -> None:
        """Tell all that meters of a group measure of their power."""
        known, factor = life(), constants()["power_factor"]
        power_w = power_kw * 1000
        apparent = np.abs(power_w) / factor
        tell = {
            "totalActivePower": power_w,
            "totalReactivePower": apparent * np.sqrt(1 - factor**2),
            "totalApparentPower": apparent,
            "totalPowerFactor": np.full_like(power_w, factor),
            "frequency": constants()["frequency"]
            + np.broadcast_to(_frequency(self.seed, hour), power_w.shape),
            "totalActiveEnergyImport": _count(self.imported, name, power_kw, hour),
            "totalActiveEnergyExport": _count(self.exported, name, -power_kw, hour),
        }
        drop = known["voltage_drop"] if name == "home" else 0.0
        spread = hour.rng.normal(0, known["voltage_spread"], (3, *power_kw.shape))
        for number, phase in enumerate(PHASES):
            on_phase = power_w * self.phase_share[name][:, number, None]
            voltage = constants()["phase_voltage"] + spread[number] - drop * on_phase / 1000
            if sag is not None:
                voltage = voltage * (1 - sag)
            tell[f"phaseVoltage.{phase}"] = voltage if dark is None else np.where(dark, 0, voltage)
            tell[f"current.{phase}"] = np.abs(on_phase) / np.maximum(voltage, 1) / factor
            tell[f"activePower.{phase}"] = on_phase
        for key, values in tell.items():
            told[f"{name}.{key}"] = values if silent is None else np.where(silent, np.nan, values)


def _frequency(seed: int, hour: Hour) -> Array:
    """Return how far the grid's frequency is off, the same for all meters [Hz]."""
    noise = noise_of(seed, 3, hour.number)
    return noise.normal(0, life()["frequency_spread"], len(hour.times_us))


def _count(counters: dict[str, Array], name: str, power_kw: Array, hour: Hour) -> Array:
    """Let counters run on with the power that flows their way, and return them [kWh]."""
    counter = counters[name][:, None] + np.cumsum(np.maximum(power_kw, 0), axis=1) * hour.step_h
    counters[name] = counter[:, -1].copy()
    return np.asarray(counter)


def _sum_by(power_kw: Array, group: NDArray[np.int64], count: int) -> Array:
    """Return the sums of rows by the group that each belongs to."""
    total = np.zeros((count, power_kw.shape[1]))
    for number in range(count):
        total[number] = power_kw[group == number].sum(axis=0)
    return total
