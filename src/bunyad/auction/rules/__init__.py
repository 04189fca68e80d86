"""
The rules of an auction as data.

model     what a document of rules holds
reading   read a document, ready-made or one's own; its JSON Schema
words     the same rules in plain English sentences
"""

from __future__ import annotations

from bunyad.auction.rules.model import Rules
from bunyad.auction.rules.reading import load_rules, parse_rules, ready_made, rules_schema
from bunyad.auction.rules.words import Section, rules_as_html, rules_as_markdown, rules_in_words

__all__ = [
    "Rules",
    "Section",
    "load_rules",
    "parse_rules",
    "ready_made",
    "rules_as_html",
    "rules_as_markdown",
    "rules_in_words",
    "rules_schema",
]
