"""A plan folder of the small world, made by hand, that lots are drawn from, and rules for them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from report.sample import SamplePlan, sample_plan

from bunyad.options import Options
from bunyad.report.files import write_geopackage, write_projects, write_tables
from bunyad.store.results import save_result

RULES = {
    "format": "bunyad-auction-rules/1",
    "id": "small-2026",
    "title": "Small auction",
    "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 2},
    "contract": {"kind": "two_way_cfd", "years": 15},
}


def auctioned_plan() -> SamplePlan:
    """The sample plan with names as the programme gives them, and the rules that each cell breaks."""
    plan = sample_plan()
    land = plan.potential.land
    hit = {
        f"{name}_rules_hit": (
            ("y", "x"),
            np.where(land[f"{name}_exclusion"] == 1, 2, 0).astype("uint32"),
        )
        for name in ("solar", "wind")
    }
    land = land.assign(hit).assign_attrs(crs="EPSG:32638")
    projects = tuple(
        replace(one, id=one.id.replace("battery-", "storage-")) if one.kind == "storage" else one
        for one in plan.programme.projects
    )
    return replace(
        plan,
        potential=replace(plan.potential, land=land),
        programme=replace(plan.programme, projects=projects),
    )


def write_auctioned_plan(folder: Path) -> Path:
    """Write the files of a plan folder that lots are drawn from and return it."""
    plan = auctioned_plan()
    folder.mkdir()
    write_geopackage(plan, folder / "plan.gpkg")
    write_projects(plan, folder)
    write_tables(plan, folder / "tables")
    save_result(plan.potential, folder / ".stages" / "potential")
    kept = {"region": "small", "options": Options().model_dump(), "inputs": {}}
    (folder / "provenance.json").write_text(json.dumps(kept))
    return folder
