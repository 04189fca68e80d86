"""The commands that join places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bunyad.cli.app import AsJson, app, parse_options
from bunyad.errors import Fault, InputError, OutputError

connect_app = App(name="connect", help="Join places by light networks.")
app.command(connect_app)


@connect_app.command(name="steiner")
def steiner(file: Path, /, *, out: Path | None = None, effort: int | None = None) -> None:
    """
    Find a light tree that joins the terminals of a graph file, with a proven lower bound.

    Reads the sections Graph and Terminals of the SteinLib format and prints weight, bound, gap
    and the pairs of nodes of the tree as JSON.

    Parameters
    ----------
    file
        Graph file: lines E with two nodes and a weight, lines T with a node.
    out
        File to write the JSON to, instead of printing it.
    effort
        Arcs that may be looked at; more makes better trees. By default what takes some 10 s.
    """
    import numpy as np

    from bunyad.connect.trees import steiner_tree
    from bunyad.connect.trees.solve import DEFAULT_EFFORT

    edges, weights, terminals = read_steiner_problem(file)
    tree = steiner_tree(
        np.array(edges).reshape(-1, 2) - 1,
        np.array(weights),
        np.array(terminals, int) - 1,
        effort=DEFAULT_EFFORT if effort is None else effort,
    )
    content = {
        "file": str(file),
        "weight": tree.weight,
        "bound": tree.bound,
        "gap": tree.gap,
        "edges": [edges[position] for position in tree.chosen.tolist()],
    }
    text = json.dumps(content)
    if out is None:
        print(text)
        return
    try:
        out.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another file"
        ) from None


@app.command(name="route")
def route(  # noqa: PLR0913  (each is an option of the command)
    region: str,
    start: str,
    end: str,
    /,
    *,
    via: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)] = (),
    kind: str = "road",
    standard: str = "tunnels",
    alternatives: int = 0,
    tunnel_cost_factor: float = 1.0,
    bridge_cost_factor: float = 1.0,
    option: Annotated[tuple[str, ...], Parameter(name=["--option", "-o"], negative=())] = (),
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Lay a road or a railway between two places: with and without tunnels, and elsewhere.

    Prints length, its 80 % interval on real land, structures, cost and travel time of each
    variant. With --out also writes lines, profiles and costs as GeoPackage and CSV, and each
    variant as LandXML and IFC for an engineer's own tools.

    Parameters
    ----------
    region
        A built-in region, such as karabakh, or a region folder.
    start
        Settlement, or longitude,latitude.
    end
        Settlement, or longitude,latitude.
    via
        Place that the route goes through; may be given many times.
    kind
        road or railway.
    standard
        land (two lanes) or tunnels (four lanes).
    alternatives
        How many routes that run elsewhere to look for.
    tunnel_cost_factor
        Cost of tunnels as a multiple, 0.7 for 30 % less.
    bridge_cost_factor
        Cost of bridges as a multiple.
    option
        An option value, as room.name=value; may be given many times.
    out
        Folder to write the routes into.
    as_json
        Print the result for machines.
    """
    from dataclasses import replace

    from bunyad.connect.alignment import vary_design
    from bunyad.connect.study import ask_route, study_route
    from bunyad.plan import region_options
    from bunyad.region import load_region
    from bunyad.report.routes import write_study

    there = load_region(region)
    chosen = region_options(there, ("--option", parse_options(option))).connect
    places = (start, *via, end)
    question = ask_route(there, places=places, kind=kind, standard=standard, options=chosen)
    design = vary_design(
        question.design,
        tunnel_cost_factor=tunnel_cost_factor,
        bridge_cost_factor=bridge_cost_factor,
    )
    asked = replace(question, design=design, alternatives=alternatives)
    study = study_route(there, asked, options=chosen)
    if out is not None:
        write_study(study, out, crs=there.crs)
    table = study.options.drop(columns=["geometry", "corridor", "name", "published_key"])
    if as_json:
        print(table.to_json(orient="records"))
        return
    for row in table.to_dict("records"):
        print(
            f"{row['variant']}: {row['length_km']:.1f} km on the terrain, "
            f"{row['real_length_km']:.1f} km on real land "
            f"({row['length_low_km']:.1f} to {row['length_high_km']:.1f}); "
            f"bridges {row['real_bridge_km']:.2f} km "
            f"({row['bridge_low_km']:.1f} to {row['bridge_high_km']:.1f}), "
            f"tunnels {row['real_tunnel_km']:.2f} km "
            f"({row['tunnel_low_km']:.1f} to {row['tunnel_high_km']:.1f}); "
            f"climb {row['climb_m']:.0f} m, steepest {row['max_grade_percent']:.1f} %; "
            f"{row['capex_usd'] / 1e6:.1f} million US$; {row['hours'] * 60:.0f} min"
        )
    if out is not None:
        print(f"Lines, profiles and costs are in {out}.")


def read_steiner_problem(path: Path) -> tuple[list[tuple[int, int]], list[float], list[int]]:
    """
    Read a graph and its terminals from a file in SteinLib format.

    Returns
    -------
    tuple
        Pairs of nodes, their weights, and terminals; nodes are numbered from 1.
    """
    mend = "give lines such as E 1 2 10 and T 1, in the sections Graph and Terminals"
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"it cannot be read ({error})", where=str(path), mend=mend) from None
    edges, weights, terminals, faults = [], [], [], []
    for number, line in enumerate(lines, start=1):
        kind, *values = line.split() or [""]
        try:
            if kind == "E":
                one, other, weight = values
                edges.append((int(one), int(other)))
                weights.append(float(weight))
            elif kind == "T":
                (node,) = values
                terminals.append(int(node))
        except ValueError:
            faults.append(Fault(f"{path}: line {number}", f"{line!r} is not understood", mend))
    if not edges or not terminals:
        faults.append(Fault(str(path), "it has no edges or no terminals", mend))
    if faults:
        raise InputError.of(faults)
    return edges, weights, terminals
