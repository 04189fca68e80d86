"""The processes and the Dask clusters that `bunyad.tiles` hands work to."""

from __future__ import annotations

import contextlib
import tempfile
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numba

from bunyad.errors import InputError, SourceError
from bunyad.tiles.work import too_many_losses, work_on

ANSWER_SECONDS = 10
"""Time in which a cluster must answer, and after which it is asked whether it still has workers."""


class Processes:
    """Processes of this machine, one a processor; new ones take the place of lost ones."""

    lost = (BrokenProcessPool,)

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bunyad-")
        self._count = 0
        self._pool: ProcessPoolExecutor | None = None

    def width(self) -> int:
        """Return the number of processes."""
        return int(numba.get_num_threads())

    def share(self, blob: bytes) -> str:
        """Write the bytes to a file that every process reads once."""
        self._count += 1
        path = Path(self._folder.name) / str(self._count)
        path.write_bytes(blob)
        return str(path)

    def submit(self, handle: str, piece: bytes) -> Future[Any]:
        """Begin to work on a part."""
        if self._pool is None:
            # Spawned, not forked: threads of kernels do not survive a fork.
            self._pool = ProcessPoolExecutor(self.width(), mp_context=get_context("spawn"))
        try:
            return self._pool.submit(work_from_file, handle, piece)
        except BrokenProcessPool as error:
            broken: Future[Any] = Future()
            broken.set_exception(error)
            return broken

    def answer(self, future: Future[Any]) -> Any:
        """Wait for what `submit` began; forget the processes where one of them is lost."""
        try:
            return future.result()
        except BrokenProcessPool:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            raise

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()


class Cluster:
    """The workers of a Dask cluster, by its client."""

    lost = (CancelledError,)

    def __init__(self, client: Any, *owned: Any) -> None:
        self._client = client
        self._owned = (client, *owned)

    def width(self) -> int:
        """Return the number of workers now; they may come and go."""
        return max(len(self._client.nthreads()), 1)

    def share(self, blob: bytes) -> Any:
        """Send the bytes to all workers, so that the loss of one does not lose them."""
        with self._answering():
            return self._client.scatter(blob, broadcast=True, hash=False)

    def submit(self, handle: Any, piece: bytes) -> Any:
        """Begin to work on a part."""
        return self._client.submit(work_in_cluster, handle, piece, pure=False)

    def answer(self, future: Any) -> Any:
        """Wait for what `submit` began, as long as there are workers."""
        from distributed.scheduler import KilledWorker

        while True:
            try:
                with self._answering():
                    return future.result(timeout=ANSWER_SECONDS)
            except TimeoutError:
                if not self._client.nthreads():
                    raise _no_answer(self._client, "has no workers left") from None
            except KilledWorker as error:
                raise too_many_losses() from error

    def close(self) -> None:
        """Leave the cluster, and end it where it is ours."""
        for one in self._owned:
            one.close()

    @contextlib.contextmanager
    def _answering(self) -> Any:
        """Turn the loss of the connection into an error that says what to do."""
        try:
            yield
        except TimeoutError:
            raise
        except OSError:
            raise _no_answer(self._client, "does not answer any more") from None


def cluster_workers(address: str) -> Cluster:
    """
    Return the workers of a Dask cluster.

    Parameters
    ----------
    address
        Address of its scheduler, or `local` for a cluster of its own on this machine.

    Raises
    ------
    InputError
        If Dask is not installed here, or a worker has other versions.
    SourceError
        If nothing answers at the address, or there are no workers.
    """
    try:
        import distributed
    except ImportError:
        raise InputError(
            f"{address} needs Dask, which is not installed",
            where="--scheduler",
            mend="install bunyad[cluster], or give threads or processes",
        ) from None
    mine = (
        [
            distributed.LocalCluster(
                numba.get_num_threads(), threads_per_worker=1, dashboard_address=":0"
            )
        ]
        if address == "local"
        else []
    )
    target = mine[0] if mine else address
    try:
        client = distributed.Client(target, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _no_answer(address, f"does not answer ({error})") from None
    workers = Cluster(client, *mine)
    try:
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        check_versions(client)
    except TimeoutError:
        workers.close()
        raise _no_answer(address, "has no workers") from None
    except BaseException:
        workers.close()
        raise
    return workers


def work_from_file(path: str, piece: bytes) -> Any:
    """Do one part in a process; see `bunyad.tiles.work.work_on`."""
    return work_on(_read(path), piece)


def work_in_cluster(blob: bytes, piece: bytes) -> Any:
    """Do one part in a worker of a cluster, on as many threads as the worker has."""
    from distributed import get_worker

    return work_on(blob, piece, get_worker().state.nthreads)


def own_versions() -> dict[str, str]:
    """Return the versions that numbers depend on."""
    return {name: metadata.version(name) for name in ("bunyad", "numpy", "numba")}


def check_versions(client: Any) -> None:
    """
    Refuse workers whose versions differ from ours: their numbers might too.

    Parameters
    ----------
    client
        Client of the cluster.

    Raises
    ------
    InputError
        If a worker has other versions, or none.
    """
    mend = "install there what is installed here"
    try:
        found = client.run(own_versions)
    except ImportError as error:
        raise InputError(
            f"a worker lacks a package ({error})", where="--scheduler", mend=mend
        ) from None
    for worker, versions in sorted(found.items()):
        if versions != own_versions():
            raise InputError(
                f"the worker {worker} has {versions}, and {own_versions()} are here",
                where="--scheduler",
                mend=mend,
            )


def _no_answer(client: Any, what: str) -> SourceError:
    """Return the error of a cluster that cannot be used."""
    address = client if isinstance(client, str) else client.scheduler.address
    return SourceError(
        f"the Dask scheduler {address} {what}",
        where="--scheduler",
        mend="start it and its workers (dask scheduler, dask worker ADDRESS), or use threads",
    )


@lru_cache(maxsize=1)
def _read(path: str) -> bytes:
    """Return the bytes of a file; the last stay in memory for the next part."""
    return Path(path).read_bytes()
