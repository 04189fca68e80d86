"""The commands that join places."""

from __future__ import annotations

import json
from pathlib import Path

from cyclopts import App

from bunyad.cli.app import app
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
