"""From the name or address of a scheduler to whoever does the work."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from bunyad.errors import InputError
from bunyad.tiles.split import HERE, Pooled, Tiles


def check_scheduler(scheduler: str) -> None:
    """
    Refuse what names no scheduler.

    Parameters
    ----------
    scheduler
        `threads`, `processes`, `local`, or the address of a Dask scheduler.

    Raises
    ------
    InputError
        If it is none of them.
    """
    if scheduler in ("threads", "processes", "local"):
        return
    if not re.fullmatch(r"(tcp|tls|ucx|wss?)://[^\s/]+", scheduler):
        raise InputError(
            f"there is no scheduler {scheduler!r}",
            where="--scheduler",
            mend="give threads, processes, local, or an address such as tcp://10.0.0.5:8786",
        )


@contextlib.contextmanager
def open_tiles(scheduler: str = "threads") -> Iterator[Tiles]:
    """
    Open a scheduler, and close it at the end.

    Parameters
    ----------
    scheduler
        `threads` for this process, `processes` for as many processes as there are processors,
        `local` for a Dask cluster on this machine, or the address of a Dask scheduler.

    Raises
    ------
    InputError
        If the scheduler is unknown, Dask is not installed, or workers have other versions.
    SourceError
        If nothing answers at the address.

    Examples
    --------
    >>> with open_tiles() as tiles:
    ...     list(tiles.map(pow, 2, [1, 2, 3]))
    [2, 4, 8]
    """
    check_scheduler(scheduler)
    if scheduler == "threads":
        yield HERE
        return
    # Here, since most plans need neither.
    from bunyad.tiles import workers

    opened = workers.Processes() if scheduler == "processes" else workers.cluster_workers(scheduler)
    with contextlib.closing(opened):
        yield Pooled(opened)
