"""A server with a directory of partners, for tests of rights, of the contract and of journeys."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import msgspec
from partner_ventures import terms
from sqlalchemy import select
from web.servers import Server

from bunyad.auction.events import time_text
from bunyad.partner.organisations import Contact, Organisation
from bunyad.store.models import Account, now
from bunyad.store.partners import Kept, Noted, append_event, read_document, save_document

JUDGED = Path(__file__).parent.parent / "partner" / "judged" / "organisations.csv"
BODIES: dict[str, dict[str, Any]] = {
    "merge_partners": {"kept": "x", "gone": "y"},
    "claim_partner": {"token": "taken"},
    "change_partner": {"wishes": "taken"},
    "say_to_match": {"verdict": "no"},
    "draft_venture": {"terms": {}},
    "act_on_venture": {"kind": "ended", "body": {"why": "taken"}},
    "change_venture": {"is_public": True},
}
"""A body that each endpoint reads, by name."""


def organisation_of(server: Server, role: str) -> str:
    """Return the organisation of a role's account."""
    with server.services.database.read() as session:
        account = session.scalars(
            select(Account).where(Account.email == f"{role}@example.org")
        ).one()
        return account.organisation_id


def keep_entry(
    server: Server, mark: str, *, of: str = "planner", is_public: bool = False
) -> dict[str, str]:
    """Keep an entry, a person, a merge and a venture of a role's organisation."""
    host = organisation_of(server, of)
    one = Organisation(
        id="entry-1", name=mark, sort="company", country="AZ", sectors=("2651",), languages=("az",),
        offers=f"{mark} makes meters",
    )  # fmt: skip
    contact = Contact(organisation="entry-1", name=mark, email="mark@example.org")
    plain = msgspec.to_builtins(one)
    merge = {"kept": plain, "gone": {**plain, "id": "gone-1"}, "merged": plain, "moved": [],
             "came": [], "row": {"about": None, "is_public": False}}  # fmt: skip
    with server.services.database.begin() as session:
        if read_document(session, "organisation", "entry-1") is None:
            save_document(session, Kept(kind="organisation", id="entry-1", body=plain,
                                        organisation=host, is_public=is_public))  # fmt: skip
            save_document(session, Kept(kind="contact", id="contact-1", about="entry-1",
                                        body=msgspec.to_builtins(contact), organisation=host))  # fmt: skip
            save_document(session, Kept(kind="merge", id="gone-1", body=merge, about="entry-1",
                                        organisation=host))  # fmt: skip
            save_document(session, Kept(kind="venture", id="venture-1", organisation=host,
                                        body={"parties": ["araz", "indus"]}, is_public=is_public))  # fmt: skip
            body = {"kind": "drafted", "body": {"terms": terms(title=mark)}}
            append_event(session, "venture", "venture-1",
                         Noted(time=time_text(now()), actor="organiser", body=body))  # fmt: skip
    return {"entry": "entry-1", "contact": "contact-1", "merge": "gone-1", "need": "x.metering",
            "venture": "venture-1"}  # fmt: skip


def write_bills(folder: Path) -> None:
    """Add to a plan folder the projects and bills of one smart village and one plant."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    common = {
        "district": "Zangilan", "capacity": 1, "unit": "people", "capex_usd": 1e6,
        "opex_usd_per_year": 5e4, "start": 2027, "finish": 2028, "requires": "", "serves": "aghali",
        "funding": "public", "provenance": "test", "longitude": 46.75, "latitude": 39.19,
    }  # fmt: skip
    rows = [
        {"id": "smart-village-aghali", "kind": "smart_village", "name": "Smart Aghali", **common},
        {"id": "hydro-x", "kind": "hydro", "name": "Hydro X", **common},
    ]
    with (folder / "projects.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    systems = ["smart water meter", "LoRaWAN gateway", "fibre to the home", "village control point",
               "street light with Wi-Fi and sensors", "traffic and safety camera",
               "school digital equipment", "irrigation control"]  # fmt: skip
    lines = [f"aghali,{one},10,pieces,{1000 * (at + 1)}" for at, one in enumerate(systems)]
    (folder / "tables" / "smart_systems.csv").write_text(
        "\n".join(["settlement,system,quantity,unit,cost_usd", *lines, ""])
    )
