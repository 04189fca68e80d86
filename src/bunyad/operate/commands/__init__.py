"""
Commands: what is switched, by whom, and whether it did as it was told.

rules  what may be switched, to what, and what forbids it
desk   asked, confirmed, sent, followed until done
ways   to the thing, and what the desk sees of the place
"""

from __future__ import annotations

from bunyad.operate.commands.desk import Command, Desk, Sight
from bunyad.operate.commands.rules import load_command_rules

__all__ = ["Command", "Desk", "Sight", "load_command_rules"]
