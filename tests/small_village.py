"""A village of a dozen homes, made by hand, for the tests of the chapter operate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bunyad.operate.village.model import ServingProject, Village

JULY_US = int(np.datetime64("2030-07-01T00:00", "us").astype("int64"))
HOUR = np.arange(8760)
SUN = np.clip(np.sin(np.pi * (HOUR % 24 - 2) / 12), 0, None)


def small_village(**changes: Any) -> Village:
    """Twelve homes, six lamps, four fields; every hour of the year known in closed form."""
    village = Village(
        id="riverton",
        name="Riverton",
        name_local="Çayqovuşan",
        district="Lowland",
        kind="village",
        lon=46.75,
        lat=39.19,
        people=60.0,
        homes=12,
        streets_km=0.4,
        peak_kw=300.0,
        water_m3_per_day=12.0,
        water_loss_share=0.25,
        utc_offset_hours=4.0,
        lamp_w=60.0,
        systems={
            "street light with Wi-Fi and sensors": 6,
            "smart electricity meter": 12,
            "smart water meter": 12,
            "smart heat meter": 12,
            "roof solar panels of a house": 60,
            "waste level sensor": 2,
            "environmental sensor station of the centre": 1,
            "traffic and safety camera": 1,
            "LoRaWAN gateway": 1,
            "fibre to the home": 12,
            "irrigation control": 4,
            "public car charger": 1,
        },
        services={"school": 10.0, "kindergarten": 4.0, "clinic": 1.4},
        projects=(
            ServingProject(id="settlement-riverton", kind="settlement", name="Riverton"),
            ServingProject(id="smart-village-riverton", kind="smart_village", name="Smart"),
            ServingProject(id="power-line-a-b", kind="power_line", name="Line A–B"),
        ),
        feeder="riverton 10 kV",
        feeder_kv=10.0,
        substation="bus-riverton",
        plants=("weir",),
        demand_kw={
            "homes": np.full(8760, 12.0),
            "public_services": np.full(8760, 4.0),
            "street_lighting": np.where(SUN > 0, 0.0, 0.36),
            "water_pumping": np.full(8760, 0.5),
            "heat_pumps": np.full(8760, 6.0),
            "ev_charging": np.full(8760, 10.0),
        },
        heat_kw=np.full(8760, 18.0),
        pv_kw_per_kwp=0.6 * SUN,
        roof_kwp=60.0,
        air_c=15 + 10 * SUN,
        sun_w_m2=800 * SUN,
        wind_ms=np.full(8760, 5.0),
    )
    return replace(village, **changes)


async def until(is_so: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110  (what is waited for tells nobody)
            await asyncio.sleep(0.01)
