"""Fixtures that the tests of several rooms share."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import untraced

untraced.rest_where_nothing_is_ours()  # before our modules import their libraries

import folders  # noqa: E402
from hypothesis import settings  # noqa: E402

pytest_plugins = ["lot_fixtures"]

os.environ["NO_COLOR"] = "1"

settings.register_profile("bunyad", deadline=None, derandomize=True)
settings.load_profile("bunyad")


TESTS = Path(__file__).parent
COMPILED = ("connect/alignment", "potential", "connect/spread", "connect/trees", "connect/radio")
"""Folders that compile most, in an order in which two processes compile different kernels."""
SLOW_GROUPS = ("region", "small-plan", "tiles")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Find tests without measuring how they are found."""
    with untraced.rest_but_in_our_modules():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Share tests between processes by files, and by folders where kernels are compiled.

    So each kernel, module fixture and cached value is made by one process; what takes long comes
    first, so that no process waits long for another at the end.
    """
    measured: set[tuple[Path, str]] = set()
    for item in items:
        cases = item.path, getattr(item, "originalname", item.name)
        if item.get_closest_marker("region") or item.get_closest_marker("browser"):
            item.add_marker("no_cover")  # their libraries crawl when traced; others cover the lines
        elif cases in measured:
            item.add_marker("no_cover")  # the first case of a test counts for all of them
        measured.add(cases)
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(_group(item.path)))
    items.sort(key=_turn)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to share tests between processes where the groups are not heeded."""
    items = session.items
    if session.config.getoption("loadgroup", False) and items and "@" not in items[0].nodeid:
        raise pytest.UsageError("this pytest-xdist cannot group the tests of this pytest")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Let fixtures run loops of their own beside an open browser."""
    with _away_from_the_browser(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Measure the first examples of a Hypothesis test only."""
    with _away_from_the_browser(item), untraced.rest_after_first_examples(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Let fixtures end loops of their own beside an open browser."""
    with _away_from_the_browser(item):
        return (yield)


@contextmanager
def _away_from_the_browser(item: pytest.Item) -> Iterator[None]:
    """
    Hide the loop of the browser, which rests between its calls, from a test that has no page.

    As long as Chromium is open, its loop counts as the running one of the thread, and
    `asyncio.run` refuses to start another.
    """
    resting = None if "browser" in item.fixturenames else asyncio._get_running_loop()
    if resting is None:
        yield
        return
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(None if resting.is_closed() else resting)


def _group(path: Path) -> str:
    """Return the name of the tests that one process runs together."""
    if not path.is_relative_to(TESTS):
        return path.stem if path.stem != "__init__" else path.parent.name
    folder = path.parent.relative_to(TESTS).as_posix()
    return folder if folder.startswith(("connect", "potential")) else f"{folder}/{path.stem}"


def _turn(item: pytest.Item) -> tuple[int, int]:
    """Return what tells when a test runs: compiling, slow, in other folders, doctests."""
    group = item.get_closest_marker("xdist_group").args[0]
    if group in COMPILED:
        return 0, COMPILED.index(group)
    if group in SLOW_GROUPS or group.startswith("connect"):
        return 1, 0 if group == "region" else 1
    return (2 if item.path.is_relative_to(TESTS) else 3), 0


@pytest.fixture(scope="session")
def region_plan() -> Any:
    """Plan of the whole built-in region, which takes minutes: its tests are of one group."""
    from bunyad.plan import make_plan
    from bunyad.region.load import load_region

    return untraced.rest_in(make_plan)(load_region("karabakh"))


@pytest.fixture(scope="session")
def small_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write_small_folder(tmp_path_factory.mktemp("regions") / "small")


@pytest.fixture(scope="session")
def small_plan(small_original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished plan of the small world, to be read or copied: its tests are of one group."""
    from bunyad.plan import plan_region

    folder = tmp_path_factory.mktemp("plans") / "plan"
    plan_region(small_original, out=folder)
    return folder


@pytest.fixture(scope="session")
def commanded_plan(
    small_original: Path, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """`bunyad plan` of the same, run anew by a process of its own; `args` ends with the folder."""
    call = [sys.executable, "-m", "bunyad", "plan", str(small_original)]
    where = tmp_path_factory.mktemp("commanded")
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=where)
    return subprocess.CompletedProcess(
        [*call, where / "plan-small"], done.returncode, done.stdout, done.stderr
    )


@pytest.fixture
def small_folder(small_original: Path, tmp_path: Path) -> Path:
    """A region folder of the small world that a test may spoil."""
    return Path(shutil.copytree(small_original, tmp_path / "small"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Run a PostgreSQL, one for all tests of a process."""
    from store.postgresql import running_cluster

    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Run Chromium, one for all tests of a process; it draws WebGL in software."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # a wait ends when it may; a busy machine takes its time
    program = os.environ.get("BUNYAD_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--headless", "--enable-unsafe-swiftshader"],
        )
        loop = asyncio._get_running_loop()
        yield chromium
        asyncio._set_running_loop(loop)  # hidden where the last test has no page
        chromium.close()
