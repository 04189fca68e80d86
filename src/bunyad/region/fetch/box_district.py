"""The box itself as the one district, for a first look where no boundaries are to be had."""

from __future__ import annotations

import shapely

from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.overpass import write_vector


def write_box_district(job: Job) -> Made:
    """Write the box as the one district of the region."""
    row = {"name": job.title, "name_local": job.title, "economic_region": job.title}
    write_vector(job, [row], [shapely.box(*job.box.bounds)], what="district")
    return Made()
