"""The command that draws from a plan what its projects ask for."""

from __future__ import annotations

import json
from pathlib import Path

from bunyad.cli.app import AsJson
from bunyad.cli.partner.app import partner_app, write_file

MILLION = 1_000_000


@partner_app.command(name="needs")
def draw(
    plan: Path,
    /,
    *,
    country: str = "AZ",
    languages: str = "az,en",
    kinds: str = "",
    out: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Draw from a plan what its projects and smart systems ask for.

    Parameters
    ----------
    plan
        A plan folder.
    country
        Country of the plan, ISO 3166-1.
    languages
        Languages of the work, ISO 639-1, apart by commas.
    kinds
        Kinds of project that ask, apart by commas; all if left out.
    out
        CSV to write.
    as_json
        Print every need for machines.
    """
    from bunyad.partner.needs import draw_needs, needs_table, read_plan_bills
    from bunyad.project import KINDS

    chosen = tuple(one.strip() for one in kinds.split(",") if one.strip()) or KINDS
    spoken = tuple(one.strip() for one in languages.split(",") if one.strip())
    needs = draw_needs(read_plan_bills(plan), country=country, languages=spoken, kinds=chosen)
    table = needs_table(needs)
    if out is not None:
        write_file(out, table.to_csv(index=False).encode())
    if as_json:
        print(json.dumps(table.to_dict("records"), ensure_ascii=False))
        return
    for asked, rows in table.groupby("asked", sort=False):
        cost = rows["amount_usd"].sum() / MILLION
        kind = rows["kind"].iloc[0]
        print(f"{asked:<18} {kind:<10} {len(rows):>4} needs  {cost:>10.2f} million US$")
