"""
Plan: the whole master plan.

`make_plan` takes a region to a `Plan`; `plan_region` takes a region folder to a plan folder and
runs only what has changed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.plan.compare import compare_with_published
    from bunyad.plan.model import Plan, make_plan, region_options
    from bunyad.plan.run import PlanRun, plan_region

_HOMES = {
    "compare_with_published": "compare",
    "Plan": "model",
    "make_plan": "model",
    "region_options": "model",
    "PlanRun": "run",
    "plan_region": "run",
}

__all__ = [
    "Plan",
    "PlanRun",
    "compare_with_published",
    "make_plan",
    "plan_region",
    "region_options",
]


def __getattr__(name: str) -> Any:
    """Import a name where it is first used: a plan that is up to date needs no rooms."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"bunyad.plan.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bunyad.plan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
