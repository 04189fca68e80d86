"""The page: everything that `report.html` holds, put into one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from bunyad.options import ROOMS
from bunyad.report import figures
from bunyad.report.layers import map_layers, records
from bunyad.report.networks import RASTER_TECHNOLOGY, digital_layers, network_data, tell_networks
from bunyad.report.places import place_data, site_curves
from bunyad.report.terrain import land_grids, radio_margin, relief_picture
from bunyad.report.values import PlanValues
from bunyad.report.words import LANGUAGES, NUMBER_MARKS, check_languages, messages

VENDOR_SCRIPTS = ("leaflet.js", "d3.min.js", "plot.umd.min.js")
OWN_SCRIPTS = (
    "words.js",
    "tables.js",
    "charts.js",
    "curves.js",
    "sun.js",
    "place.js",
    "routes.js",
    "land.js",
    "map.js",
    "networks.js",
    "facts.js",
    "main.js",
)
LICENCES = ("leaflet", "d3", "plot", "interval-tree-1d", "binary-search-bounds", "isoformat")
IMAGE_ADDRESS = re.compile(r"url\(images/[^)]*\)")


def page_data(plan: PlanValues) -> dict[str, Any]:
    """
    Return the page's figures, charts, tables and map as JSON can hold them.

    Parameters
    ----------
    plan
        The plan to show.
    """
    region, potential, energy = plan.region, plan.potential, plan.energy
    weeks = figures.season_weeks(energy.dispatch)
    return {
        "region": {
            "name": region.name,
            "title": dict(region.title),
            "first_year": region.first_year,
            "last_year": region.last_year,
            "currency": region.currency.code,
            "per_usd": region.currency.per_usd,
            "price_year": region.currency.price_year,
            "area_km2": round(float(region.districts["area_km2"].sum()), 1),
            "modelled": figures.modelled_layers(plan),
        },
        "cards": figures.key_figures(plan),
        "map": {
            "relief": relief_picture(region.terrain, region.crs),
            "grid": land_grids(
                region.terrain,
                potential.land,
                region.crs,
                radio=radio_margin(plan.networks.radio_margin, RASTER_TECHNOLOGY),
            ),
            "layers": {**tell_networks(map_layers(plan), plan), **digital_layers(plan)},
        },
        "shown": place_data(plan),
        "site_curves": site_curves(plan),
        "utc_offset": plan.options.settle.utc_offset_hours,
        "curves": records(potential.supply_curves),
        "rules": records(potential.land_rules, 1),
        "totals": records(potential.totals, 1),
        "weeks": {
            season: figures.dispatch_week(energy.dispatch, week) for season, week in weeks.items()
        },
        "summary": records(energy.summary, 6),
        "balance": records(figures.bus_balance(plan)),
        "plants": records(energy.plants),
        "costs": figures.cost_by_kind(plan),
        "spending": records(plan.programme.spending, 0),
        "budgets": records(plan.programme.budgets, 0),
        "route_checks": records(plan.networks.route_checks),
        "routes": {
            "options": records(plan.networks.route_options, 3),
            "stations": records(plan.networks.route_stations, 2),
            "costs": records(plan.networks.route_costs, 1),
            "choices": records(plan.networks.route_choices, 4),
        },
        "networks": network_data(plan),
        "comparison": records(plan.comparison, 4),
        "options": figures.option_values(plan),
        "rooms": list(ROOMS),
        "layers": records(figures.layer_table(plan)),
        "provenance": json.loads(json.dumps(dict(plan.provenance), default=str)),
    }


def safe_json(value: Any) -> Markup:
    """
    Write JSON that may stand inside of a script element, whatever names it holds.

    Examples
    --------
    >>> "<" in safe_json("</script>")
    False
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704  # every letter that HTML reads is escaped above


def render_page(
    plan: PlanValues, *, languages: tuple[str, ...], data: Mapping[str, Any] | None = None
) -> str:
    """
    Return the whole report as one HTML text.

    Parameters
    ----------
    plan
        The plan to show.
    languages
        Codes of the languages to offer; the page starts in the first.
    data
        What `page_data` returns of the plan, where it is there already.
    """
    check_languages(languages)
    scripts = [_text(f"vendor/{name}") for name in VENDOR_SCRIPTS]
    scripts += [_text(f"page/{name}") for name in OWN_SCRIPTS]
    words = {
        language: {
            "name": LANGUAGES[language],
            "marks": NUMBER_MARKS[language],
            "messages": messages(language),
        }
        for language in languages
    }
    first = messages(languages[0])
    environment = Environment(
        loader=PackageLoader("bunyad.report", "page"),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        language=languages[0],
        words=words,
        t=lambda key: first[key],
        title=plan.region.title.get(languages[0], plan.region.title["en"]),
        policy=_policy(scripts),
        styles=_style(),
        scripts=[Markup(script) for script in scripts],  # noqa: S704  # our own files
        data=safe_json(page_data(plan) if data is None else data),
        words_json=safe_json(words),
        licences=[(name, _text(f"vendor/{name}.LICENSE")) for name in LICENCES],
    )


def _text(name: str) -> str:
    """Return a file of this room."""
    return resources.files("bunyad.report").joinpath(name).read_text("utf-8").strip()


def _style() -> Markup:
    """Return the page's style sheets; pictures of the map's library are not used."""
    leaflet = IMAGE_ADDRESS.sub("none", _text("vendor/leaflet.css"))
    return Markup(f"{leaflet}\n{_text('page/page.css')}")  # noqa: S704  # our own files


def _policy(scripts: list[str]) -> str:
    """Return a content security policy: these scripts, pictures inside the file, nothing else."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
