"""
Fetch: real data for any box on the map, into a region folder.

`fetch_region` asks outside services through one swappable `Transport`, keeps every answer in a
`Cache`, and writes layers with their licence and hash. One module a source: `dem`, `land_cover`,
`wind_atlas`, `climate` (with `era5`), `overpass`, `overture`, `places`.
"""

from __future__ import annotations

from bunyad.region.fetch.box import Box
from bunyad.region.fetch.cache import Cache, default_cache_folder
from bunyad.region.fetch.client import Client, Want
from bunyad.region.fetch.constants import Service, services
from bunyad.region.fetch.fetch import fetch_region
from bunyad.region.fetch.job import FetchReport, FetchRequest, Written
from bunyad.region.fetch.layers import FETCHERS
from bunyad.region.fetch.transport import HttpTransport, Response, Transport, TransportError

__all__ = [
    "FETCHERS",
    "Box",
    "Cache",
    "Client",
    "FetchReport",
    "FetchRequest",
    "HttpTransport",
    "Response",
    "Service",
    "Transport",
    "TransportError",
    "Want",
    "Written",
    "default_cache_folder",
    "fetch_region",
    "services",
]
