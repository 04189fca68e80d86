"""The command that turns projects of a plan into the draft of an auction."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bunyad.cli.app import AsJson, parse_options
from bunyad.cli.auction.app import auction_app
from bunyad.errors import InputError, OutputError

if TYPE_CHECKING:
    from bunyad.auction.lots import Lot
    from bunyad.auction.rules.model import Rules
    from bunyad.options import AuctionOptions

DRAFT = "auction.yaml"
ROOMS = "data-rooms"


@auction_app.command(name="draft")
def draft(  # noqa: PLR0913  (each is an option of the command)
    plan: Path,
    /,
    *,
    rules: str,
    out: Path,
    kinds: str = "",
    site: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    title: str | None = None,
    only: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    per_usd: str = "1",
    region: Path | None = None,
    option: Annotated[tuple[str, ...], Parameter(name=["--option", "-o"], negative=())] = (),
    as_json: AsJson = False,
) -> None:
    """
    Draft an auction: lots with a suggested ceiling price and a data room each.

    Writes auction.yaml (rules and lots) and data-rooms/LOT/ with the plan's own files cut to
    the site. Nothing is published.

    Parameters
    ----------
    plan
        A plan folder.
    rules
        Name of ready-made rules, or a file of the auction's rules.
    out
        Folder to write; it must not be there yet.
    kinds
        Kinds of the plan's projects, parted by commas: solar, wind, hydro, storage.
    site
        A site that the plan found but does not build, as SITE=MW; may be given many times.
    title
        Title of the auction. By default that of the rules.
    only
        Identifier of a project to take; may be given many times. By default all of the kinds.
    per_usd
        Units of the currency of the rules for one US$.
    region
        Region folder of the plan, for the terrain. By default the built-in region it was made of.
    option
        An option value, as auction.name=value or finance.name=value; may be given many times.
    as_json
        Print the result for machines.
    """
    from bunyad.auction.lots import draw_lots, offer_sites, read_plan_tables
    from bunyad.auction.lots.draw import KINDS
    from bunyad.auction.rules import load_rules

    tables = read_plan_tables(plan)
    asked = load_rules(rules)
    terms = _terms(plan, tables.provenance, option)
    rate = _decimal(per_usd)
    chosen = tuple(part.strip() for part in kinds.split(",") if part.strip())
    sizes = _sizes(site)
    lots: tuple[Lot, ...] = ()
    if chosen or not sizes:
        lots = draw_lots(tables, kinds=chosen, rules=asked, terms=terms, per_usd=rate, only=only)
    if sizes:
        offered = offer_sites(tables, capacities_mw=sizes, terms=terms)
        lots += draw_lots(
            offered, kinds=KINDS, rules=asked, terms=terms, per_usd=rate, only=tuple(sizes)
        )
    terrain = _terrain(tables.provenance, region)
    lots = _write(out, title or asked.title, asked, lots, plan, terrain)
    if as_json:
        rows = [
            {
                "id": lot.id,
                "capacity_mw": round(lot.capacity_mw, 3),
                "p50_gwh": round(lot.p50_gwh, 3),
                "suggested_ceiling": None
                if lot.suggested_ceiling is None
                else str(lot.suggested_ceiling),
                "unit": lot.price_unit,
            }
            for lot in lots
        ]
        print(json.dumps({"folder": str(out), "lots": rows}, ensure_ascii=False))
        return
    for lot in lots:
        ceiling = (
            "no ceiling is suggested"
            if lot.suggested_ceiling is None
            else f"suggested ceiling {lot.suggested_ceiling} {lot.price_unit}"
        )
        print(
            f"{lot.id}: {lot.capacity_mw:.1f} MW, {lot.p50_gwh:.1f} GWh a year (P50), "
            f"from {lot.earliest_operation}; {ceiling}"
        )
    print(f"The draft is in {out / DRAFT}; read it before you publish it.")


def _terms(plan: Path, provenance: Mapping[str, Any], option: tuple[str, ...]) -> AuctionOptions:
    """Return the terms: those of the plan's own options, then those of the command."""
    from bunyad.auction.lots import plan_terms
    from bunyad.options import resolve_options

    own = plan_terms(provenance)
    return resolve_options((f"{plan}: options", own), ("--option", parse_options(option))).auction


def _sizes(pairs: tuple[str, ...]) -> dict[str, float]:
    """Return the capacity of each site of the command line [MW]."""
    sizes = {}
    for pair in pairs:
        name, _, size = pair.partition("=")
        try:
            sizes[name.strip()] = float(size)
        except ValueError:
            raise InputError(
                f"{pair!r} is no site", where="--site", mend="write SITE=MW, as in x-site-1=100"
            ) from None
    return sizes


def _decimal(text: str) -> Any:
    """Return a decimal of the command line."""
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text)
    except InvalidOperation:
        raise InputError(
            f"{text!r} is no number", where="--per-usd", mend="give a number such as 1.7"
        ) from None


def _terrain(provenance: Mapping[str, Any], region: Path | None) -> Path | None:
    """Return the region's file of heights, if it is the one that the plan was made from."""
    import hashlib

    from bunyad.region.file import read_region_file
    from bunyad.region.folder import built_in_regions, find_region

    name = str(provenance.get("region", ""))
    if region is None and name not in built_in_regions():
        return None
    folder = find_region(region if region is not None else name)
    file = read_region_file(folder).layers.elevation.file
    path = folder / file
    known = provenance.get("inputs", {}).get(file)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", where=str(path), mend="mend the region folder"
        ) from None
    if known != found:
        raise InputError(
            "the plan was made from other heights",
            where=str(path),
            mend="plan again, or give --region the folder that the plan was made from",
        )
    return path


def _write(
    out: Path,
    title: str,
    rules: Rules,
    lots: tuple[Lot, ...],
    plan: Path,
    terrain: Path | None,
) -> tuple[Lot, ...]:
    """Write the draft beside its place and move it there at the end."""
    from ruamel.yaml import YAML

    from bunyad.auction.lots import draft_document, write_data_room

    if out.exists():
        raise InputError("it is there already", where=str(out), mend="give --out a new folder")
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        told = tuple(
            write_data_room(lot, plan, part / ROOMS / lot.id, terrain=terrain) for lot in lots
        )
        yaml = YAML()
        yaml.width = 100
        with (part / DRAFT).open("w", encoding="utf-8") as file:
            yaml.dump(draft_document(title, rules, told), file)
        part.rename(out)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(out), mend="choose another folder"
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return told
