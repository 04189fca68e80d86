"""Mined land: not lost, but dearer and later."""

from __future__ import annotations

import math

from bunyad.options.potential import PotentialOptions
from bunyad.region.model import Region

HA_PER_KM2 = 100


def contaminated_share(region: Region, district: str) -> float:
    """
    Return the part of a district's land that is expected to need clearance, 0 to 1 [-].

    Parameters
    ----------
    region
        Hazards and districts.
    district
        Name of the district.
    """
    districts = region.districts
    area_km2 = districts.loc[districts["name"] == district, "area_km2"].sum()
    return min(1.0, float(contaminated_ha(region, district) / HA_PER_KM2 / area_km2))


def contaminated_ha(region: Region, district: str) -> float:
    """
    Return the land of a district that is expected to need clearance [ha].

    Parameters
    ----------
    region
        The region with its hazards.
    district
        Name of the district.
    """
    hazards = region.hazards
    return float(hazards.loc[hazards["district"] == district, "contaminated_ha"].sum())


def available_from(
    region: Region, district: str, disturbed_ha: float, *, options: PotentialOptions
) -> int:
    """
    Return the first year in which the land that a plant builds on can have been cleared.

    Each district clears at its share of the region's pace, which is that of its contaminated
    land; the plant's own land comes first, after survey. A plant on clean land can start in the
    first year of the plan.

    Parameters
    ----------
    region
        Hazards, districts and first year.
    district
        Name of the district.
    disturbed_ha
        Land that the plant is built on [ha].
    options
        Pace of clearance, and time for survey.
    """
    mined_ha = disturbed_ha * contaminated_share(region, district)
    total_ha = float(region.hazards["contaminated_ha"].sum())
    if mined_ha <= 0 or total_ha <= 0:
        return region.first_year
    pace = options.clearance_ha_per_year * contaminated_ha(region, district) / total_ha
    return region.first_year + math.ceil(options.clearance_survey_years + mined_ha / pace)
