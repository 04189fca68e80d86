"""Fixtures that the tests of several rooms share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import folders
import pytest
from hypothesis import settings

os.environ["NO_COLOR"] = "1"

settings.register_profile("bunyad", deadline=None, derandomize=True)
settings.load_profile("bunyad")


@pytest.fixture(scope="session")
def small_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write_small_folder(tmp_path_factory.mktemp("regions") / "small")


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

    expect.set_options(timeout=20_000)
    program = os.environ.get("BUNYAD_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--headless", "--enable-unsafe-swiftshader"],
        )
        yield chromium
        chromium.close()
