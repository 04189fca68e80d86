"""Alignments: single lines of a road or a railway over real land, with all their limits."""

from __future__ import annotations

from bunyad.connect.alignment.model import BRIDGE, OPEN, TUNNEL, Alignment, Design, Surface

__all__ = ["BRIDGE", "OPEN", "TUNNEL", "Alignment", "Design", "Surface"]
