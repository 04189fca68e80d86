"""What a draft is made of: ready-made rules, and lots of a plan."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from lot_plans import RULES
from web.servers import Server

from bunyad.auction.lots import draw_lots, lot_body, plan_terms, read_plan_tables
from bunyad.auction.lots.draw import KINDS
from bunyad.auction.rules import ready_made
from bunyad.auction.rules.model import Rules
from bunyad.options import resolve_options


@pytest.fixture
def plan(server: Server, plan_folder: Path) -> str:
    """Return a kept plan whose folder is that of the small world."""
    plan = server.plan()
    folder = server.services.settings.data / "plans" / plan
    shutil.copytree(plan_folder, folder, dirs_exist_ok=True)
    return plan


def ask(server: Server, role: str, **body: Any) -> Any:
    return server.client.post(
        "/api/v1/auctions/lots-of-plan", headers=server.as_role(role), json=body
    )


def test_ready_made_rules_are_listed_whole_and_can_be_taken_for_a_draft(server: Server) -> None:
    rows = server.client.get("/api/v1/auctions/rules").json()
    assert tuple(row["name"] for row in rows) == ready_made()
    for row in rows:
        rules = Rules.model_validate(row["rules"])
        assert (rules.title, rules.country) == (row["title"], row["country"])
        assert row["not_covered"] == list(rules.not_covered)


def test_lots_of_a_plan_are_those_that_the_command_draws(
    server: Server, plan: str, plan_folder: Path
) -> None:
    found = ask(server, "planner", plan=plan, rules=RULES).json()
    tables = read_plan_tables(plan_folder)
    terms = resolve_options(("plan", plan_terms(tables.provenance))).auction
    wanted = draw_lots(tables, kinds=KINDS, rules=Rules.model_validate(RULES), terms=terms)
    assert found == [lot_body(lot) for lot in wanted]
    drafted = server.client.post(
        "/api/v1/auctions", headers=server.as_role("planner"),
        json={"title": "From the plan", "rules": RULES, "lots": found, "plan": plan},
    )  # fmt: skip
    assert drafted.status_code == 201, drafted.text


@pytest.mark.parametrize(("role", "change", "status", "says"), [
    ("planner", {"kinds": ["coal"]}, 422, "'coal' is no kind"),
    ("planner", {"per_usd": "-1"}, 422, "one US$ is -1"),
    ("planner", {"rules": {"format": "x"}}, 422, "rules."),
    ("planner", {"plan": "none"}, 404, "plan"),
    ("bidder", {}, 403, ""),
])  # fmt: skip
def test_a_wrong_question_is_told(
    server: Server, plan: str, role: str, change: dict[str, Any], status: int, says: str
) -> None:
    answer = ask(server, role, **{"plan": plan, "rules": RULES, **change})
    assert (answer.status_code, says in answer.text) == (status, True)
