"""
Tiles: the same work on one piece of a large field after the other.

A room asks for `tiles.map(work, shared, parts)` and does not know who does it: this process,
processes beside it, or the workers of a Dask cluster. Parts are made when they are wanted, few wait
at a time, answers come in the order of the parts, and a part whose worker is lost is done again. So
memory is bounded and the answer is the same, bit for bit, wherever the same versions run.

split       the work as a room sees it, in this process or in a pool of workers
work        what a worker does
workers     processes, and the workers of a Dask cluster
schedulers  from a name or an address to whoever does the work
"""

from __future__ import annotations

from bunyad.tiles.schedulers import check_scheduler, open_tiles
from bunyad.tiles.split import HERE, TILE_CELLS, Tiles, pieces

__all__ = ["HERE", "TILE_CELLS", "Tiles", "check_scheduler", "open_tiles", "pieces"]
