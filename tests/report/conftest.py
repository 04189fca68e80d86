"""What the tests of the report share: the sample plan, its page, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report.sample import SamplePlan, sample_plan

from bunyad.report import write_report


@pytest.fixture(scope="session")
def plan() -> SamplePlan:
    return sample_plan()


@pytest.fixture(scope="session")
def report_file(plan: SamplePlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(plan, path, languages=("en", "az"))
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("BUNYAD_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--headless"]
        )
        yield chromium
        chromium.close()
