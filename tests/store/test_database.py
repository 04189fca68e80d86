"""Both databases have the tables that the models describe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bunyad.errors import InputError
from bunyad.store.database import open_database
from bunyad.store.models import Base


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bunyad.db'}"
    return request.getfixturevalue("cluster").make_database()


def test_migrations_make_what_the_models_describe(url: str) -> None:
    database = open_database(url)
    with database.engine.connect() as connection:
        knows_lengths = connection.dialect.name == "postgresql"
        context = MigrationContext.configure(connection, opts={"compare_type": knows_lengths})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_a_database_is_opened_twice_without_harm(url: str) -> None:
    for _ in "12":
        open_database(url).close()


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_database(f"postgresql://planner:hunter22@/none?host={tmp_path}")
    assert "hunter22" not in str(caught.value)
    assert "planner:***@" in str(caught.value)


@pytest.mark.parametrize("address", ["mysql://somewhere/x", "no url"])
def test_other_databases_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="Give sqlite"):
        open_database(address)
