"""Trees: light networks that join places."""

from __future__ import annotations

from bunyad.connect.trees.solve import SteinerTree, steiner_tree

__all__ = ["SteinerTree", "steiner_tree"]
