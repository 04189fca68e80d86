"""
SensorThings: the records as OGC 18-088 (SensorThings API, Sensing 1.1) has them.

model       the eight kinds of entity, as data
language    what a URL says
queries     from a filter to SQL
answers     from the tables to JSON
changes     what clients send, checked and kept
service     from a request to its answer; batch: several at once
app         the service in ASGI
postgresql  what conditions call where the records are shared by several servers
"""

from __future__ import annotations
