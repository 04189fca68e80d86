"""A whole plan folder of the small world, as the server reads it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from folders import write_small_folder
from report.sample import sample_plan

from bunyad.options import Options
from bunyad.plan.run import PROVENANCE, STAGES_FOLDER
from bunyad.potential import assess_potential
from bunyad.region.load import load_region
from bunyad.report import write_geopackage, write_report
from bunyad.report.page import page_data
from bunyad.store.results import save_result

REGION = "small"


def write_whole_plan(data: Path, folder: Path, *, options: Options | None = None) -> None:
    """Write the region, its potential as the planner finds it, and a made-up plan around it."""
    chosen = options or Options()
    region_folder = data / "regions" / REGION
    if not region_folder.exists():
        write_small_folder(region_folder)
    plan = sample_plan()
    (folder / "tables").mkdir(parents=True)
    provenance = {"region": REGION, "options": chosen.model_dump(), **plan.provenance}
    plan = replace(plan, options=chosen, provenance=provenance)
    (folder / "report.json").write_text(json.dumps(page_data(plan)), "utf-8")
    write_report(plan, folder / "report.html", languages=("en", "az"))
    write_geopackage(plan, folder / "plan.gpkg")
    (folder / "tables" / "plants.csv").write_text("id\na\n")
    (folder / PROVENANCE).write_text(json.dumps(provenance, default=str))
    potential = assess_potential(load_region(region_folder), options=chosen.potential)
    save_result(potential, folder / STAGES_FOLDER / "potential")


def copy_plan(source: Path, target: Path, *, options: Options) -> None:
    """Write a plan like another with other options, as if the planner had made it."""
    shutil.copytree(source, target)
    page = json.loads((target / "report.json").read_text("utf-8"))
    page["provenance"]["options"] = options.model_dump()
    for card in page["cards"]:
        if card["key"] == "solar":
            card["value"] *= 2
    (target / "report.json").write_text(json.dumps(page), "utf-8")
