"""Fixtures of the tests of lots: a plan of the small world, its tables, terms and rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lot_plans import RULES, write_auctioned_plan

from bunyad.auction.lots import PlanTables, read_plan_tables
from bunyad.auction.rules.model import Rules
from bunyad.options import AuctionOptions


@pytest.fixture(scope="session")
def plan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_auctioned_plan(tmp_path_factory.mktemp("plans") / "plan-small")


@pytest.fixture(scope="session")
def tables(plan_folder: Path) -> PlanTables:
    return read_plan_tables(plan_folder)


@pytest.fixture
def terms() -> AuctionOptions:
    return AuctionOptions()


@pytest.fixture
def rules() -> Callable[..., Rules]:
    def made(**price: Any) -> Rules:
        return Rules.model_validate({**RULES, "price": {**RULES["price"], **price}})

    return made
