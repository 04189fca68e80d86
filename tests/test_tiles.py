"""Whoever does the work on many cells, the answer is the same, and lost work is done again."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from distributed import LocalCluster
from numpy.testing import assert_allclose, assert_array_equal
from tile_work import die, is_writable, marked, small_potential, small_sun, times
from worlds import small_region

from bunyad.errors import InputError, SourceError
from bunyad.options.potential import PotentialOptions
from bunyad.potential import (
    Potential,
    assess_potential,
    prepare_wind,
    sun_sums,
    wind_hourly,
    wind_sums_of_field,
)
from bunyad.potential.cells import inside_cells
from bunyad.potential.sunfield import hourly_output, output_chunks
from bunyad.tiles import HERE, Tiles, check_scheduler, open_tiles, pieces, workers
from bunyad.tiles import split as splitting
from bunyad.tiles.work import packed, work_on
from bunyad.tiles.workers import cluster_workers, own_versions

pytestmark = pytest.mark.xdist_group("tiles")

FEW_CELLS = 200
"""Cells a tile, so that the small world has several."""


@pytest.fixture(scope="module")
def threads() -> tuple[Potential, np.ndarray]:
    """What the land of the small world yields, and its sun by hour, by this process's threads."""
    found: tuple[Potential, np.ndarray] = small_potential()
    return found


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(2, threads_per_worker=1, dashboard_address=":0") as started:
        yield started


@pytest.fixture(scope="module")
def processes() -> Iterator[Tiles]:
    with open_tiles("processes") as tiles:
        yield tiles


class Deadly:
    """Tiles one of whose workers is killed in the midst of the work on the third part."""

    def __init__(self, tiles: Tiles, folder: Path) -> None:
        self.tiles, self.folder = tiles, folder

    def map(self, work: Any, shared: Any, parts: Iterable[Any]) -> Iterator[Any]:
        marks = [self.folder / str(number) for number in range(99)]
        for mark in (*marks[:2], *marks[3:]):
            mark.touch()
        numbered = zip(marks, parts, strict=False)
        return self.tiles.map(partial(marked, work), shared, numbered)


def _assert_same(one: Potential, other: Potential) -> None:
    for name, values in one.land.data_vars.items():
        assert values.to_numpy().tobytes() == other.land[name].to_numpy().tobytes(), name
    assert one.profiles.to_numpy().tobytes() == other.profiles.to_numpy().tobytes()
    for name in one.sites.columns:
        assert packed(list(one.sites[name])) == packed(list(other.sites[name])), name
    assert one.totals.equals(other.totals)


def test_answers_come_in_the_order_of_the_parts(processes: Tiles) -> None:
    numbers = range(50)

    assert list(processes.map(times, 3, iter(numbers))) == [3 * number for number in numbers]


def test_few_parts_are_made_at_a_time(processes: Tiles) -> None:
    made = []

    def parts() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    answers = processes.map(times, 1, parts())
    next(answers)

    assert len(made) <= splitting.WAITING * numba.get_num_threads()


def test_processes_give_the_bytes_of_threads(
    threads: tuple[Potential, np.ndarray], processes: Tiles
) -> None:
    found = assess_potential(small_region(), options=PotentialOptions(), tiles=processes)

    _assert_same(threads[0], found)


def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_threads(
    threads: tuple[Potential, np.ndarray], cluster: LocalCluster, tmp_path: Path
) -> None:
    region, options = small_region(), PotentialOptions()
    sun = small_sun()
    before = {worker.pid for worker in cluster.workers.values()}

    with open_tiles(cluster.scheduler_address) as tiles:
        deadly = Deadly(tiles, tmp_path)
        chunks = [chunk for _, chunk in output_chunks(sun, FEW_CELLS, tiles=deadly)]
        found = assess_potential(region, options=options, tiles=tiles)

    after = {worker.pid for worker in cluster.workers.values()}
    assert before - after, "a worker was killed"
    assert len(chunks) > len(before) * splitting.WAITING
    assert np.concatenate(chunks).tobytes() == threads[1].tobytes()
    _assert_same(threads[0], found)


def test_sums_of_a_field_are_those_of_its_hours() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    sun = small_sun()
    wind = prepare_wind(cells, region.climate, options=options)

    for sums, field in (
        (sun_sums(sun), hourly_output(sun)),
        (wind_sums_of_field(wind), wind_hourly(wind)),
    ):
        assert_allclose(sums.hours, field.sum(axis=1, dtype=float), rtol=1e-5)
        assert_allclose(sums.mean, field.mean(axis=0, dtype=float), atol=1e-6)


def test_processes_that_are_killed_are_replaced(processes: Tiles, tmp_path: Path) -> None:
    deadly = Deadly(processes, tmp_path)

    assert list(deadly.map(times, 2, range(8))) == [2 * number for number in range(8)]


def test_work_that_kills_every_worker_ends(processes: Tiles) -> None:
    with pytest.raises(SourceError, match="workers were lost 3 times"):
        list(processes.map(die, None, [1]))


def test_an_error_of_the_work_reaches_the_caller(processes: Tiles) -> None:
    with pytest.raises(ZeroDivisionError):
        list(processes.map(divmod, 1, [1, 0]))


def test_arrays_stay_writable_on_their_way(processes: Tiles, cluster: LocalCluster) -> None:
    array = np.zeros(3)
    with open_tiles(cluster.scheduler_address) as remote:
        for tiles in (HERE, processes, remote):
            assert list(tiles.map(is_writable, array, [array])) == [True]


def test_a_worker_does_what_this_process_does() -> None:
    assert work_on(packed((times, 3)), packed(4)) == 12


def test_pieces_cover_all_cells_once() -> None:
    cells = np.concatenate([np.arange(10)[piece] for piece in pieces(10, 4)])

    assert_array_equal(cells, np.arange(10))
    assert not list(pieces(0, 4))


@pytest.mark.parametrize("name", ["thread", "tcp://", "http://here:80", ""])
def test_what_names_no_scheduler_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="there is no scheduler"):
        check_scheduler(name)


def test_an_address_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bunyad.tiles.workers.ANSWER_SECONDS", 0.5)

    with pytest.raises(SourceError, match="does not answer"), open_tiles("tcp://127.0.0.1:9"):
        pass


class _Deserted:
    """A client of a cluster that has no workers."""

    scheduler = SimpleNamespace(address="tcp://there:1")

    def __init__(self, *_words: Any, **_options: Any) -> None:
        self.is_open = True

    def wait_for_workers(self, *_words: Any, **_options: Any) -> None:
        raise TimeoutError

    def nthreads(self) -> dict[str, int]:
        return {}

    def close(self) -> None:
        self.is_open = False


class _Unanswered:
    def result(self, timeout: float) -> None:
        raise TimeoutError


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributed.Client", _Deserted)

    with pytest.raises(SourceError, match="tcp://there:1 has no workers"):
        cluster_workers("tcp://there:1")


def test_a_cluster_whose_workers_all_leave_is_told() -> None:
    with pytest.raises(SourceError, match="has no workers left"):
        workers.Cluster(_Deserted()).answer(_Unanswered())


def test_a_worker_with_other_versions_is_refused() -> None:
    old = {**own_versions(), "numba": "0.1"}
    client = SimpleNamespace(run=lambda _: {"tcp://there:1": old})

    with pytest.raises(InputError, match=r"tcp://there:1 has .* Install there what is"):
        workers.check_versions(client)


def test_a_worker_without_bunyad_is_refused() -> None:
    def run(_ask: Any) -> None:
        raise ModuleNotFoundError("No module named 'bunyad'")

    with pytest.raises(InputError, match="No module named 'bunyad'"):
        workers.check_versions(SimpleNamespace(run=run))


def test_without_dask_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "distributed":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(InputError, match=r"Install bunyad\[cluster\]"):
        cluster_workers("local")
