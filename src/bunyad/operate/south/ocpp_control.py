"""What chargers are told by OCPP 1.6 or 2.0.1: availability, begin and end of charging, limits."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from bunyad.operate.south.sources import OcppSource

__all__ = ["Control", "instruction"]

LONGEST_S = 30.0
"""Time in which a charger has to answer [s]."""
TAG = "bunyad"
"""Who charges, where the control room begins it: idTag of 1.6, idToken of 2.0.1."""
PROFILE = 1
"""Number of the one charging profile that is set; a new one takes its place."""

Refuse = Callable[[str], None]


def instruction(
    library: Any, version: str, order: tuple[str, Any], *, connector: int, transaction: Any = None
) -> Any:
    """
    Return the call that an order stands for.

    Parameters
    ----------
    library
        Module of the version: `ocpp.v16` or `ocpp.v201`.
    version
        1.6 or 2.0.1.
    order
        Attribute and value: `statusCommand` (working, outOfService), `chargingCommand` (start,
        stop) or `powerLimit` [W].
    connector
        Number of the socket; 0 is the whole charger.
    transaction
        What is being charged there, to be ended.

    Raises
    ------
    ValueError
        Saying what is wrong with the order.

    Examples
    --------
    >>> import ocpp.v16
    >>> instruction(ocpp.v16, "1.6", ("statusCommand", "outOfService"), connector=1)
    ChangeAvailability(connector_id=1, type='Inoperative')
    """
    attribute, value = order
    is_old = version == "1.6"
    call = library.call
    if attribute == "statusCommand" and value in {"working", "outOfService"}:
        status = "Operative" if value == "working" else "Inoperative"
        if is_old:
            return call.ChangeAvailability(connector_id=connector, type=status)
        return call.ChangeAvailability(operational_status=status, evse=_evse(connector))
    if attribute == "chargingCommand" and value == "start":
        if is_old:
            return call.RemoteStartTransaction(id_tag=TAG, connector_id=connector or None)
        token = {"id_token": TAG, "type": "Central"}
        return call.RequestStartTransaction(
            id_token=token, remote_start_id=PROFILE, evse_id=connector or None
        )
    if attribute == "chargingCommand" and value == "stop":
        if transaction is None:
            raise ValueError("nothing is being charged there")
        kind = call.RemoteStopTransaction if is_old else call.RequestStopTransaction
        return kind(transaction_id=transaction)
    if attribute == "powerLimit" and _is_limit(value):
        return _limit(call, is_old=is_old, limit_w=float(value), connector=connector)
    raise ValueError(f"{attribute} = {value!r} is not understood")


def _is_limit(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value >= 0


def _evse(connector: int) -> dict[str, int] | None:
    return {"id": connector} if connector else None


def _limit(call: Any, *, is_old: bool, limit_w: float, connector: int) -> Any:
    """Return the call that limits what may be charged, for this and every later car."""
    schedule: dict[str, Any] = {
        "charging_rate_unit": "W",
        "charging_schedule_period": [{"start_period": 0, "limit": round(limit_w, 1)}],
    }
    profile: dict[str, Any] = {
        "stack_level": 0,
        "charging_profile_purpose": "TxDefaultProfile",
        "charging_profile_kind": "Relative",
    }
    if is_old:
        profile |= {"charging_profile_id": PROFILE, "charging_schedule": schedule}
        return call.SetChargingProfile(connector_id=connector, cs_charging_profiles=profile)
    profile |= {"id": PROFILE, "charging_schedule": [{"id": PROFILE, **schedule}]}
    return call.SetChargingProfile(evse_id=connector, charging_profile=profile)


class Control:
    """
    The chargers that are connected, and how they are told.

    Parameters
    ----------
    source
        Where they call; its points say which entity which charger is.
    library
        Module of its version.
    refuse
        Told of orders that were not followed.
    """

    def __init__(self, source: OcppSource, library: Any, refuse: Refuse) -> None:
        self._source, self._library, self._refuse = source, library, refuse
        self._forms = [_form(point.entity) for point in source.points]
        self._chargers: dict[str, Any] = {}
        self._transactions: dict[tuple[str, int], Any] = {}

    def came(self, name: str, charger: Any) -> None:
        """Note that a charger is connected."""
        self._chargers[name] = charger

    def went(self, name: str, charger: Any) -> None:
        """Note that a charger is gone."""
        if self._chargers.get(name) is charger:
            del self._chargers[name]

    def note(self, name: str, connector: int, values: Mapping[str, Any]) -> None:
        """Note what is being charged."""
        if "transactionId" in values:
            self._transactions[name, connector] = values["transactionId"]

    async def obey(self, thing: str, attribute: str, value: Any) -> bool:
        """Tell a charger what its entity was told; return whether it accepted."""
        found = next((match for form in self._forms if (match := form.fullmatch(thing))), None)
        names = found.groupdict() if found else {}
        name = names.get("charger", "")
        charger = self._chargers.get(name)
        if charger is None:
            if found:
                self._refuse(f"{thing}: the charger is not connected")
            return False
        connector = int(names.get("connector") or 0)
        running = [
            each
            for (whose, where), each in self._transactions.items()
            if whose == name and connector in {0, where}
        ]
        try:
            call = instruction(
                self._library, self._source.version, (attribute, value), connector=connector,
                transaction=running[-1] if running else None,
            )  # fmt: skip
            async with asyncio.timeout(LONGEST_S):
                answer = await charger.call(call)
        except (ValueError, TimeoutError) as error:
            self._refuse(f"{thing}: {error or 'the charger does not answer'}")
            return False
        status = getattr(answer, "status", "Rejected")
        if status not in {"Accepted", "Scheduled"}:
            self._refuse(f"{thing}: the charger says {status} to {attribute} = {value!r}")
            return False
        return True


def _form(template: str) -> re.Pattern[str]:
    """Return what finds charger and connector in an entity's identifier."""
    parts = re.split(r"(\{charger\}|\{connector\})", template)
    known = {"{charger}": "(?P<charger>[^:/]+)", "{connector}": r"(?P<connector>\d+)"}
    seen: set[str] = set()
    said = ""
    for part in parts:
        again = part in seen
        said += known[part] if part in known and not again else re.escape(part)
        seen |= {part} & known.keys()
    return re.compile(said)
