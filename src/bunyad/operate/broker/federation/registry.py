"""The registrations of all tenants, kept in the records and known by heart."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from bunyad.operate.broker.contexts import Context, Contexts
from bunyad.operate.broker.federation.registration import (
    Registration,
    Wanted,
    compile_registration,
)
from bunyad.operate.broker.problems import Problem
from bunyad.operate.records import (
    Records,
    Tenant,
    Writing,
    delete_document,
    load_documents,
    now_us,
    put_document,
)

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker

KIND = "registration"
_log = logging.getLogger(__name__)


class Registry:
    """Registrations by tenant; what is asked for often is answered without the records."""

    def __init__(self, records: Records, contexts: Contexts) -> None:
        self.records = records
        self.contexts = contexts
        self._of: dict[str, dict[str, Registration]] = {}
        if records.sharing is not None:
            records.sharing.learners.append(self.learn)

    async def start(self) -> None:
        """Bring back what was registered."""
        for name in ["", *self.records.names()]:
            tenant = self.records.tenant(name, create=not name)
            if tenant is None:
                continue
            await self.learn(tenant)

    async def learn(self, tenant: Tenant) -> None:
        """Know the registrations of a tenant as they are kept."""
        found = {}
        for key, body in load_documents(tenant.reader(), KIND):
            registration = compile_registration(
                body["document"], await self._context(body["context"])
            )
            registration.made_us, registration.changed_us = body.get("times", (0, 0))
            found[key] = registration
        self._of[tenant.name] = found

    async def _context(self, source: Any) -> Context:
        try:
            return await self.contexts.of(source)
        except Problem:
            _log.warning("the context %s of a registration cannot be had", str(source)[:200])
            return self.contexts.core

    def all(self, tenant: Tenant) -> list[Registration]:
        """Return the registrations of a tenant whose time is not over."""
        known = self._of.get(tenant.name)
        if not known:
            return []
        now = now_us()
        return [one for one in known.values() if not one.is_over(now)]

    def is_empty(self, tenant: str) -> bool:
        """Tell whether a tenant has no registrations."""
        return not self._of.get(tenant)

    def get(self, tenant: Tenant, key: str) -> Registration | None:
        """Return a registration by its identifier."""
        found = self._of.get(tenant.name, {}).get(key)
        return None if found is None or found.is_over(now_us()) else found

    def find(self, tenant: Tenant, wanted: Wanted) -> list[Registration]:
        """Return the registrations that match what a request is about."""
        return [one for one in self.all(tenant) if one.matching(wanted)]

    def keep(self, tx: Writing, registration: Registration) -> None:
        """Write a registration down and know it from now on."""
        times = [registration.made_us, registration.changed_us]
        body = {
            "document": registration.document, "context": registration.context.source,
            "times": times,
        }  # fmt: skip
        put_document(tx, KIND, registration.key, body)
        self._put(tx.tenant.name, registration)

    def erase(self, tx: Writing, key: str) -> bool:
        """Forget a registration; tell whether it was there."""
        known = delete_document(tx, KIND, key)
        of_tenant = dict(self._of.get(tx.tenant.name, {}))
        of_tenant.pop(key, None)
        self._of[tx.tenant.name] = of_tenant
        return known

    def _put(self, tenant: str, registration: Registration) -> None:
        self._of[tenant] = {**self._of.get(tenant, {}), registration.key: registration}


_registries: WeakKeyDictionary[Broker, Registry] = WeakKeyDictionary()


def registry_of(broker: Broker) -> Registry:
    """Return the registrations of a broker, made when first asked for."""
    found = _registries.get(broker)
    if found is None:
        found = _registries[broker] = Registry(broker.records, broker.contexts)
    return found
