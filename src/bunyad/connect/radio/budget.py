"""Link budgets: how much loss a radio link of each technology bears."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.options import ConnectOptions

LIGHT_M_S = 299_792_458.0
"""Speed of light in vacuum, by definition of the metre [m/s]."""
HZ_PER_MHZ = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One technology, with what its links bear and what its equipment costs."""

    technology: str
    frequency_mhz: float
    link_db: float
    """Loss between the antennas at which the weaker direction still works."""
    terminal_m: float
    """Height of a terminal above ground."""
    clutter_db: float
    """Loss by what stands around a terminal."""
    home_entry_db: float
    vehicle_entry_db: float
    reach_km: float
    equipment_usd: float
    is_planned: bool
    """Whether masts are placed for it; else it shares the masts of the others."""

    @property
    def wavelength_m(self) -> float:
        """Wavelength."""
        return LIGHT_M_S / (self.frequency_mhz * HZ_PER_MHZ)

    def allowed_loss_db(self, place: str, *, shadow_margin_db: float) -> float:
        """
        Return the loss over the terrain that a link to a place bears [dB].

        Parameters
        ----------
        place
            `home`, `vehicle` or `outdoors`.
        shadow_margin_db
            Kept for what the terrain model does not show [dB].
        """
        entry = {"home": self.home_entry_db, "vehicle": self.vehicle_entry_db, "outdoors": 0.0}
        return self.link_db - self.clutter_db - entry[place] - shadow_margin_db


@cache
def radios() -> tuple[Radio, ...]:
    """
    Return the technologies of the package's data, in the order of the file.

    Examples
    --------
    >>> [radio.technology for radio in radios()]
    ['lte_800', 'lorawan_868', 'nr_700', 'nr_3500']
    """
    path = resources.files("bunyad.connect.radio").joinpath("data", "technologies.csv")
    with path.open("rb") as file:
        table = pd.read_csv(file)
    values = {
        str(technology): dict(zip(rows["name"], rows["value"].astype(float), strict=True))
        for technology, rows in table.groupby("technology", sort=False)
    }
    return tuple(_radio(technology, of) for technology, of in values.items())


def earth_radius_m(options: ConnectOptions) -> float:
    """Return the effective radius of the Earth for radio waves [m]."""
    return options.earth_radius_km * 1e3 * options.earth_radius_factor


def free_space_loss_db(
    distance_km: NDArray[np.float64], *, frequency_mhz: float
) -> NDArray[np.float64]:
    """
    Return the loss between two antennas in free space, ITU-R P.525 equation (3) [dB].

    Parameters
    ----------
    distance_km
        Distances [km].
    frequency_mhz
        Frequency [MHz].

    Examples
    --------
    >>> free_space_loss_db(np.array([1.0, 10.0]), frequency_mhz=868).round(1).tolist()
    [91.2, 111.2]
    """
    wavelength_km = LIGHT_M_S / (frequency_mhz * HZ_PER_MHZ) / 1e3
    return np.asarray(20 * np.log10(4 * np.pi * distance_km / wavelength_km), np.float64)


def _radio(technology: str, of: dict[str, float]) -> Radio:
    """Take the weaker of both directions."""
    gains = of["station_gain_dbi"] + of["terminal_gain_dbi"]
    down = of["station_power_dbm"] - of["terminal_sensitivity_dbm"]
    up = of["terminal_power_dbm"] - of["station_sensitivity_dbm"]
    return Radio(
        technology=technology,
        frequency_mhz=of["frequency_mhz"],
        link_db=gains + min(down, up),
        terminal_m=of["terminal_m"],
        clutter_db=of["clutter_db"],
        home_entry_db=of["home_entry_db"],
        vehicle_entry_db=of["vehicle_entry_db"],
        reach_km=of["reach_km"],
        equipment_usd=of["equipment_usd"],
        is_planned=of["is_planned"] == 1,
    )
