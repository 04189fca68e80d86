"""
Answers: from the tables to JSON.

find     the entities that a path leads to
tell     one row as JSON
plans    the statements that fetch
fetch    a page of entities, with what is expanded inside of them
tables   Observations as data arrays
formats  entities as CSV and GeoJSON
"""

from __future__ import annotations
