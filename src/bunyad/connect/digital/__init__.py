"""
Digital: the fibre backbone and the radio network on it.

The front door is `plan_digital`; `fibre` lays the backbone, the sub-package `radio` beside this
one places the masts.
"""

from __future__ import annotations

from bunyad.connect.digital.fibre import fibre_links, fibre_routes
from bunyad.connect.digital.plan import plan_digital
from bunyad.connect.digital.result import FIBRE, FIBRE_LINKS, Digital

__all__ = ["FIBRE", "FIBRE_LINKS", "Digital", "fibre_links", "fibre_routes", "plan_digital"]
