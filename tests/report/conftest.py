"""What the tests of the report share: the sample plan, its page, and a browser."""

from __future__ import annotations

from pathlib import Path

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
