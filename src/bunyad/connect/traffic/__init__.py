"""
Traffic: who drives on which road, which class it needs, and how far services are.

The front door is `assess_traffic`. Inside: `roadnet` (roads as a graph), `classes` (class and
speed), `assign` (trips on the quickest ways) and `access` (time to services).
"""

from __future__ import annotations

from bunyad.connect.traffic.access import assess_access, track_minutes
from bunyad.connect.traffic.assess import assess_traffic
from bunyad.connect.traffic.assign import Drives, count_trips, find_drives, load_links
from bunyad.connect.traffic.classes import asked_class, drive_speeds, planned_class, road_classes
from bunyad.connect.traffic.result import ACCESS, ROAD_TRAFFIC, TRAFFIC_TOTALS, Traffic
from bunyad.connect.traffic.roadnet import ROAD_LINKS, link_roads

__all__ = [
    "ACCESS",
    "ROAD_LINKS",
    "ROAD_TRAFFIC",
    "TRAFFIC_TOTALS",
    "Drives",
    "Traffic",
    "asked_class",
    "assess_access",
    "assess_traffic",
    "count_trips",
    "drive_speeds",
    "find_drives",
    "link_roads",
    "load_links",
    "planned_class",
    "road_classes",
    "track_minutes",
]
