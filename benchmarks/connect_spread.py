"""
Time least cost over a raster beside its peers, each run in a process of its own.

Prints one JSON object a line: wall seconds on two cores, peak memory of the process, and the
largest relative difference from scipy on a smaller raster, first of all. The peers are
`scikit-image` from PyPI and `grass-core` from Debian; one that is missing is left out, and the line
says so. `--side` sets the cells a side.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

FASTER, EQUAL, MEMORY_GB = 3.0, 1e-9, 0.5
KINDS = ("smooth", "noise", "steps")
SMALL = 700
"""Cells a side on which scipy, whose graph takes 100 bytes a step, is compared."""


def main() -> None:
    """Run every case and print its line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=4000)
    parser.add_argument("--child", nargs=2)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(CHILDREN[given.child[0]](Path(given.child[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.npy"
        np.save(small, made_up_cost(min(given.side, SMALL), "noise"))
        found = run("scipy", small)["difference"]
        show("spread-equal-scipy", found, 0.0, "scipy", EQUAL, "relative difference")
        for kind in KINDS:
            path = Path(folder) / f"{kind}.npy"
            np.save(path, made_up_cost(given.side, kind))
            compare(kind, path)


def compare(kind: str, path: Path) -> None:
    """Print the lines of one cost field."""
    ours = run("ours", path)
    if importlib.util.find_spec("skimage") is None:
        print(json.dumps({"name": f"spread-{kind}", "missing": "scikit-image"}))
    else:
        peer = run("skimage", path)
        show(f"spread-{kind}", ours["seconds"], peer["seconds"], "skimage", FASTER, "s")
        show(f"spread-{kind}-memory", ours["gb"], peer["gb"], "skimage", MEMORY_GB, "GB")
    if shutil.which("grass") is None:
        print(json.dumps({"name": f"spread-{kind}-grass", "missing": "grass"}))
        return
    peer = run("grass", path)
    show(f"spread-{kind}-grass", ours["seconds"], peer["seconds"], "r.cost", 1.0, "s")
    show(f"spread-{kind}-grass-memory", ours["gb"], peer["gb"], "r.cost", MEMORY_GB, "GB")


def show(name: str, ours: float, peer: float, peer_name: str, goal: float, unit: str) -> None:
    """Print one line; the ratio is how many times the peer needs what we need."""
    line = {"name": name, "ours": ours, "peer": peer, "peer_name": peer_name,
            "ratio": peer / ours if ours else None, "unit": unit, "goal": goal}  # fmt: skip
    print(json.dumps(line), flush=True)


def run(child: str, path: Path) -> dict[str, float]:
    """Run one case in a fresh process."""
    call = [sys.executable, __file__, "--child", child, str(path)]
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def made_up_cost(side: int, kind: str) -> np.ndarray:
    """Return a cost field, the same for every run."""
    rng = np.random.default_rng(1)
    if kind == "noise":
        return 1 + 9 * rng.random((side, side))
    if kind == "steps":
        return rng.choice([1.0, 10.0, 100.0], (side, side))
    from scipy.ndimage import gaussian_filter

    rough = sum(
        gaussian_filter(rng.random((side, side), dtype=np.float32), width) * width
        for width in (2, 8, 32)
    )
    rough = (rough - rough.min()) / np.ptp(rough)
    return 1 + 20 * rough.astype(np.float64) ** 2


def ours(path: Path) -> dict[str, float]:
    """Time this program, its compilation apart."""
    from bunyad.connect.spread import cost_distance

    cost_distance(np.ones((300, 300)), cell_m=1, sources=np.array([[0, 0]]))
    cost = np.load(path)
    begin = time.perf_counter()
    cost_distance(cost, cell_m=1, sources=np.array([[len(cost) // 2] * 2]))
    return timed(begin)


def skimage(path: Path) -> dict[str, float]:
    """Time scikit-image."""
    from skimage.graph import MCP_Geometric

    cost = np.load(path)
    begin = time.perf_counter()
    MCP_Geometric(cost, fully_connected=True).find_costs([(len(cost) // 2,) * 2])
    return timed(begin)


def scipy(path: Path) -> dict[str, float]:
    """Compare with the Dijkstra of scipy."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    from bunyad.connect.spread import cost_distance
    from bunyad.connect.trees import raster_links

    cost = np.load(path)
    found = cost_distance(cost, cell_m=1, sources=np.array([[0, 0]])).distance.ravel()
    edges, weights = raster_links(cost, cell_m=1)
    graph = coo_matrix((weights, edges.T), shape=(cost.size, cost.size)).tocsr()
    right = dijkstra(graph, directed=False, indices=0)
    return {"difference": float(np.max(np.abs(found[1:] / right[1:] - 1)))}


def grass(path: Path) -> dict[str, float]:
    """Time r.cost with its own limit of memory, without import and export."""
    cost = np.load(path).astype(np.float64)
    side = len(cost)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "cost.bin"
        cost.tofile(raw)
        place = f"{folder}/place"
        subprocess.run(["grass", "-c", "XY", "-e", place], check=True, capture_output=True)
        inside = ["grass", f"{place}/PERMANENT", "--exec"]
        load = ["r.in.bin", "-d", f"input={raw}", "output=cost", "bytes=8", f"rows={side}",
                f"cols={side}", f"north={side}", "south=0", f"east={side}", "west=0"]  # fmt: skip
        subprocess.run([*inside, *load], check=True, capture_output=True)
        subprocess.run([*inside, "g.region", "raster=cost"], check=True, capture_output=True)
        middle = f"{side // 2 + 0.5},{side // 2 - 0.5}"
        spread = ["r.cost", "input=cost", "output=out", f"start_coordinates={middle}"]
        begin = time.perf_counter()
        subprocess.run([*inside, *spread], check=True, capture_output=True)
        seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"seconds": seconds, "gb": peak / 2**20}


def timed(begin: float) -> dict[str, float]:
    """Return the seconds since the beginning, and the peak memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": time.perf_counter() - begin, "gb": peak / 2**20}


CHILDREN = {"ours": ours, "skimage": skimage, "scipy": scipy, "grass": grass}

if __name__ == "__main__":
    main()
