"""
Rules of alarms, as versioned files.

model    what a rule says
reading  from YAML, with every fault and its line; ready-made rules; the JSON Schema
"""

from __future__ import annotations

from bunyad.operate.alarms.rules.model import PRIORITIES, Rule, Rules
from bunyad.operate.alarms.rules.reading import (
    load_rules,
    parse_rules,
    ready_made,
    rules_schema,
    rules_text,
)

__all__ = [
    "PRIORITIES",
    "Rule",
    "Rules",
    "load_rules",
    "parse_rules",
    "ready_made",
    "rules_schema",
    "rules_text",
]
