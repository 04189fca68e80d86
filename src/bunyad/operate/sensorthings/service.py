"""The service: from a request to its answer."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import Callable

import orjson

from bunyad.operate.records import Tenant, Writing
from bunyad.operate.sensorthings import tables
from bunyad.operate.sensorthings.batch import answer_batch
from bunyad.operate.sensorthings.bridge import bridge_of
from bunyad.operate.sensorthings.change import change, create_observations, not_allowed
from bunyad.operate.sensorthings.changes.work import Touched, Work
from bunyad.operate.sensorthings.language.paths import Resource, parse_path
from bunyad.operate.sensorthings.message import Reply, Request, refuse, tell
from bunyad.operate.sensorthings.read import read
from bunyad.operate.sensorthings.refusals import Refusal

assert tables.TABLES  # loaded before a tenant's file is opened

Watcher = Callable[[Tenant, list[Touched]], None]
_HEAVY = re.compile(r"filter|expand|count|(?:top|skip)=\d{4}")
_log = logging.getLogger(__name__)


class Service:
    """
    SensorThings over a tenant's records.

    Parameters
    ----------
    watchers
        Told of what each change made, when it is kept.
    """

    def __init__(self, watchers: tuple[Watcher, ...] = ()) -> None:
        self.watchers = list(watchers)

    async def answer(self, tenant: Tenant, request: Request) -> Reply:
        """
        Answer a request; never raises.

        Parameters
        ----------
        tenant
            Whose records.
        request
            The request.
        """
        try:
            return await self._answer(tenant, request)
        except Refusal as refusal:
            return refuse(refusal)
        except sqlite3.DataError as fault:  # such as U+0000, which PostgreSQL's texts cannot hold
            return refuse(Refusal(f"it cannot be kept: {fault}", where="request", mend="change it"))
        except (RecursionError, orjson.JSONEncodeError):
            return refuse(Refusal("it nests too deep", where="request", mend="nest less"))
        except Exception:  # noqa: BLE001  (told to the log; the client learns that it is our fault)
            _log.exception("%s %s", request.method, request.path)
            error = {"code": 500, "type": "error", "message": "the service failed: our fault"}
            return tell(error, 500)

    async def _answer(self, tenant: Tenant, request: Request) -> Reply:
        bridge = bridge_of(tenant)
        if bridge.is_behind(tenant):
            await bridge.catch_up(tenant)
        name = request.path.strip("/")
        if request.method == "POST" and name == "$batch":
            return await answer_batch(self, tenant, request)
        if request.method == "POST" and name == "CreateObservations":
            return await self.write(tenant, lambda work: create_observations(work, request))
        resource = parse_path(request.path)
        if request.method in {"GET", "HEAD"}:
            return await self._read(tenant, request, resource)
        if request.method not in {"POST", "PATCH", "PUT", "DELETE"}:
            raise not_allowed(request.method)
        return await self.write(tenant, lambda work: change(work, request, resource))

    async def _read(self, tenant: Tenant, request: Request, resource: Resource) -> Reply:
        now_us = time.time_ns() // 1000
        alone = len(resource.steps) == 1 and "orderby" in request.query
        if (
            tenant.home.is_shared
            or alone
            or resource.ending == "$count"
            or _HEAVY.search(request.query)
        ):
            return await asyncio.to_thread(lambda: read(tenant.reader(), request, resource, now_us))
        return read(tenant.reader(), request, resource, now_us)

    async def write(self, tenant: Tenant, work: Callable[[Work], Reply]) -> Reply:
        """
        Do a change in the writer; answer when it is kept.

        Raises
        ------
        Refusal
            If the change is refused; nothing of it is kept.
        """
        touched: list[Touched] = []

        def job(tx: Writing) -> Reply:
            own = Work(tx)
            reply = work(own)
            touched.extend(own.touched)
            return reply

        reply = await tenant.write(job)
        for watcher in self.watchers:
            watcher(tenant, touched)
        return reply
