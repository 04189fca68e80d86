"""
Names as IRIs and back: JSON-LD contexts as compiled maps of terms.

terms     one compiled context: what a name stands for, and what an IRI is called
documents where contexts come from: inside the package, kept, hosted, fetched if allowed
resolver  from what a request names to a compiled context
"""

from __future__ import annotations

from bunyad.operate.broker.contexts.documents import (
    CORE_URL,
    Documents,
    Held,
    is_core,
    parse_context,
)
from bunyad.operate.broker.contexts.resolver import Contexts
from bunyad.operate.broker.contexts.terms import Context, Terms

__all__ = [
    "CORE_URL",
    "Context",
    "Contexts",
    "Documents",
    "Held",
    "Terms",
    "is_core",
    "parse_context",
]
