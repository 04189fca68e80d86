"""
Write the reference pages from the declarations in the code.

`python scripts/make_reference.py` writes
docs/reference/{options,region-folder,tables,commands,auction-events,auction-rules}.md and the
JSON Schemas of region.yaml, of changes documents and of auction rules; a test fails where they are
old.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from bunyad.auction import events
from bunyad.auction.events.bodies import BODIES
from bunyad.auction.rules import load_rules, ready_made, rules_in_words, rules_schema
from bunyad.auction.seal import CHECKS, FAULTS
from bunyad.cli.app import app
from bunyad.operate.alarms.rules import rules_schema as alarm_rules_schema
from bunyad.operate.commands.rules import command_schema
from bunyad.options import ROOMS, option_rows
from bunyad.region import changes_schema, region_schema
from bunyad.region.climate import NAMES, OPTIONAL
from bunyad.region.file import LayersEntry
from bunyad.region.model import CLIMATE_VARIABLES, TERRAIN_VARIABLES
from bunyad.region.tables import TABLES
from bunyad.region.terrain import RANGES
from bunyad.tables import KINDS, Schema

ROOT = Path(__file__).parent.parent
RESULT_MODULES = (
    "bunyad.region.model",
    "bunyad.potential.result",
    "bunyad.settle.result",
    "bunyad.connect.result",
    "bunyad.connect.choices",
    "bunyad.connect.digital.result",
    "bunyad.connect.radio.result",
    "bunyad.connect.traffic.result",
    "bunyad.connect.study.result",
    "bunyad.connect.utilities.model",
    "bunyad.energy.result",
    "bunyad.programme.result",
    "bunyad.auction.finance.cash_flow",
    "bunyad.auction.finance.settlement",
    "bunyad.plan.compare",
    "bunyad.auction.simulate.measures",
    "bunyad.auction.simulate.compare",
    "bunyad.partner.needs.model",
    "bunyad.partner.ventures.cap_table",
    "bunyad.partner.ventures.waterfall",
    "bunyad.partner.ventures.portfolio",
)
COMMANDS = (
    "",
    "plan",
    "why",
    "auction",
    "auction clear",
    "auction rules",
    "auction rules check",
    "auction rules list",
    "auction rules schema",
    "auction rules show",
    "auction rules words",
    "region",
    "region check",
    "region fetch",
    "region import-climate",
    "region list",
    "region schema",
    "connect",
    "connect steiner",
    "route",
    "auction keys",
    "auction seal",
    "auction receipt",
    "auction seed",
    "auction open",
    "auction publish",
    "auction flags",
    "auction verify",
    "auction draft",
    "auction simulate",
    "operate",
    "operate alarms",
    "operate alarms act",
    "operate alarms list",
    "operate alarms rules",
    "operate alarms rules check",
    "operate alarms rules list",
    "operate alarms rules schema",
    "operate alarms rules show",
    "operate alarms statistics",
    "operate alarms trial",
    "operate alarms watch",
    "operate context",
    "operate indicators",
    "operate report",
    "options",
    "operate listen",
    "operate provision",
    "operate run",
    "operate simulate",
    "operate serve",
    "partner",
    "partner organisations",
    "partner organisations check",
    "partner organisations columns",
    "partner organisations convert",
    "partner organisations twins",
    "partner needs",
    "partner match",
    "partner why",
    "partner venture",
    "partner venture sign",
    "partner venture check",
    "partner venture reminders",
    "partner venture waterfall",
    "partner venture cap-table",
    "partner forum",
    "partner forum badges",
    "partner forum calendar",
    "partner forum check",
    "partner forum meetings",
    "partner forum plan",
    "partner forum replan",
    "partner forum tables",
    "partner exchange",
    "partner exchange check",
    "partner exchange match",
    "partner courses",
    "partner courses demand",
    "partner courses issue",
    "partner courses key",
    "partner courses plan",
    "partner courses revoke",
    "partner courses verify",
    "serve",
)
VECTORS = {
    "districts": "polygons with `name`, `name_local`, `economic_region`; GeoJSON or GeoPackage",
    "rivers": "lines; GeoJSON or GeoPackage",
    "protected": "polygons; GeoJSON or GeoPackage",
    "roads": "lines; GeoJSON or GeoPackage",
    "railways": "lines; GeoJSON or GeoPackage",
    "power_lines": "lines; GeoJSON or GeoPackage",
}


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes the text of each file, by its path below the project."""
    return {
        "docs/reference/options.md": options_page,
        "docs/reference/region-folder.md": region_page,
        "docs/reference/tables.md": tables_page,
        "docs/reference/commands.md": commands_page,
        "docs/reference/auction-events.md": events_page,
        "docs/reference/auction-rules.md": auction_rules_page,
        "docs/reference/alarm-rules.schema.json": lambda: _json(alarm_rules_schema()),
        "docs/reference/command-rules.schema.json": lambda: _json(command_schema()),
        "docs/reference/auction-rules.schema.json": lambda: _json(rules_schema()),
        "src/bunyad/regions/changes.schema.json": lambda: _json(changes_schema()),
        "src/bunyad/regions/region.schema.json": lambda: _json(region_schema()),
    }


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def options_page() -> str:
    """Return the page of all options."""
    lines = ["# Options", "", "How to set them: [change an option](../how-to/change-an-option.md)."]
    for room in ROOMS:
        lines += ["", f"## {room}", "", _row("option", "default", "unit", "range", "meaning")]
        lines.append(_rule(5))
        for row in option_rows(room).values():
            reach = _reach(row.minimum, row.maximum)
            meaning = f"{row.title}. *Source: {row.source}*"
            lines.append(_row(f"`{row.key}`", row.default, row.unit, reach, meaning))
    return "\n".join(lines) + "\n"


def auction_rules_page() -> str:
    """Return the page of the ready-made rules, in words."""
    lines = [
        "# Auction rules",
        "",
        "`bunyad auction rules schema` prints the [JSON Schema](auction-rules.schema.json);",
        "[write auction rules](../how-to/write-auction-rules.md) tells how to use it.",
        "The ready-made rules, in the words of `bunyad auction rules words`:",
    ]
    for name in ready_made():
        rules = load_rules(name)
        lines += ["", f"## {rules.title}", "", f"`{name}`"]
        for section in rules_in_words(rules):
            lines += ["", f"**{section.title}.** {' '.join(section.sentences)}"]
    return "\n".join(lines) + "\n"


def region_page() -> str:
    """Return the page of the region folder's files."""
    lines = [
        "# region.yaml and its files",
        "",
        "`bunyad region schema` prints the JSON Schema of `region.yaml`;",
        "[add a region](../how-to/add-a-region.md) tells how to use it.",
        "",
        "## Layers",
        "",
        _row("layer", "needed", "what it holds"),
        _rule(3),
    ]
    for key, field in LayersEntry.model_fields.items():
        needed = "yes" if field.is_required() else "no"
        lines.append(_row(f"`{key}`", needed, f"{field.title}{_form(key)}"))
    lines += ["", "## Climate year", "", "NetCDF-4, dimensions (point, time), 8,760 hours in UTC;"]
    lines += ["or several whole years without leap days;"]
    lines += ["the value of hour h stands for the hour that begins at h. Coordinates of `point`:"]
    lines += [
        "`lat`, `lon` [degrees], `elevation_m` [m].",
        "",
        _row("variable", "meaning", "range"),
    ]
    lines.append(_rule(3))
    for name, (ours, low, high) in {**NAMES, **OPTIONAL}.items():
        lines.append(_row(f"`{name}`", CLIMATE_VARIABLES[ours], _reach(low, high)))
    lines += ["", "## CSV files", "", "UTF-8, comma separated, one header line."]
    for key, columns in TABLES.items():
        lines += ["", f"### {key}", "", _row("column", "kind", "unit", "meaning"), _rule(4)]
        for column in columns:
            kind = ", ".join(column.choices) or KINDS[column.kind]
            kind += "; may be empty" if column.optional else ""
            lines.append(_row(f"`{column.name}`", kind, column.unit, column.meaning))
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Return the page of every declared table."""
    lines = ["# Tables of a plan", "", "Geometry is in the region's metric projection inside of"]
    lines += ["Python, and in EPSG:4326 in files.", "", "## Terrain grid", ""]
    lines += [_row("variable", "meaning"), _rule(2)]
    lines += [_row(f"`{name}`", meaning) for name, meaning in TERRAIN_VARIABLES.items()]
    for name in RESULT_MODULES:
        module = importlib.import_module(name)
        for table in vars(module).values():
            if isinstance(table, Schema):
                lines += ["", f"## {table.name}", "", f"From `{name.rpartition('.')[0]}`.", ""]
                lines += [_row("column", "kind", "unit", "meaning"), _rule(4)]
                for column in table.columns:
                    kind = KINDS[column.kind] + ("; may be missing" if column.optional else "")
                    lines.append(_row(f"`{column.name}`", kind, column.unit, column.meaning))
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Return the page of what an auction's log holds, and of what is checked."""
    lines = ["# Events of an auction", "", "An event is `auction`, `index`, `kind`, `time`,"]
    lines += ["`actor` and `body`. How it all hangs together:"]
    lines += ["[sealed bids](../explanation/sealed-bids.md).", ""]
    lines += [_row("kind", "by", "while it is", "what", "body"), _rule(5)]
    for kind, body in BODIES.items():
        stages, roles = events.KINDS.get(kind, (("not there yet",), ("agency",)))
        fields = ", ".join(f"`{name}`" for name in body.model_fields)
        what = str(body.__doc__).splitlines()[0]
        lines.append(_row(f"`{kind}`", ", ".join(roles), ", ".join(stages), what, fields))
    for title, named in (
        ("Rules of its life, by the name that errors give them", events.RULES),
        ("What `bunyad auction verify` checks", CHECKS),
        ("Why an envelope is void", FAULTS),
    ):
        lines += ["", f"## {title}", "", _row("name", "meaning"), _rule(2)]
        lines += [_row(f"`{name}`", meaning) for name, meaning in named.items()]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Return the page of every command's help."""
    lines = ["# Commands", ""]
    for command in COMMANDS:
        lines += [f"## {' '.join(['bunyad', *command.split()])}", ""]
        lines += ["```text", _help(command.split()), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _help(words: list[str]) -> str:
    """Return a command's help as plain text."""
    console = Console(file=StringIO(), width=100, color_system=None, force_terminal=False)
    app([*words, "--help"], console=console, exit_on_error=False, result_action="return_value")
    text = console.file.getvalue()
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _form(key: str) -> str:
    """Return what a layer's file must look like."""
    if key in VECTORS:
        return f": {VECTORS[key]}"
    if key in RANGES:
        low, high, unit = RANGES[key]
        return f"; values from {low:g} to {high:g} {unit}"
    return ""


def _reach(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return "" if low is None else f"{low:g} or more"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _rule(count: int) -> str:
    return "|" + " --- |" * count


def main() -> None:
    """Write every page."""
    for name, write in pages().items():
        (ROOT / name).write_text(write(), "utf-8")


if __name__ == "__main__":
    main()
