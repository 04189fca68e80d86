"""Studies of the region's own corridors, and of any two places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import LineString
from shapely.ops import substring

from bunyad.connect.alignment import (
    Design,
    Roughness,
    Surface,
    best_profile,
    count_parts,
    design_from_standard,
    measure_roughness,
    surface_from_ground,
)
from bunyad.connect.beside import beside
from bunyad.connect.ground import Ground, close_ground, lay_ground
from bunyad.connect.standards import design_standard
from bunyad.connect.study.result import RouteStudy
from bunyad.connect.study.room import search_with_room
from bunyad.connect.study.tables import Answer, table_study
from bunyad.connect.study.variants import Place, Question, Variant, find_variants
from bunyad.errors import InfeasibleError, InputError
from bunyad.options import ConnectOptions
from bunyad.region.model import Region


def study_corridors(region: Region, ground: Ground, *, options: ConnectOptions) -> RouteStudy:
    """
    Study every corridor of a region: without structures, with them, and what land hides.

    Parameters
    ----------
    region
        Corridors, settlements and terrain.
    ground
        The routing grid.
    options
        Standards, costs and fineness.

    Returns
    -------
    RouteStudy
        Corridors that no line of their class can follow are left out.
    """
    spots = _spots(region)
    questions = [
        Question(
            id=str(row["id"]),
            name=str(row["name"]),
            design=_design(str(row["kind"]), str(row["standard"]), options),
            places=tuple(spots[stop] for stop in str(row["stops"]).split(";")),
            published_key=str(row["published_key"]),
        )
        for row in region.corridors.to_dict("records")
    ]
    return _study(region, ground, questions, options)


def study_route(region: Region, question: Question, *, options: ConnectOptions) -> RouteStudy:
    """
    Study one route.

    Parameters
    ----------
    region
        The terrain and its layers.
    question
        Places, class and how many other routes to look for.
    options
        Costs and fineness.

    Raises
    ------
    InfeasibleError
        If no line keeps to the limits.
    """
    ground = lay_ground(region, options=options)
    found = _study(region, ground, [question], options)
    if found.options.empty:
        raise InfeasibleError(
            f"no {question.design.name} joins {question.name} within its limits",
            clashing=("connect.relaxed_grade_factor",),
            mend="allow a steeper grade, a smaller radius, or tunnels",
        )
    return found


def ask_route(
    region: Region, *, places: Sequence[str], kind: str, standard: str, options: ConnectOptions
) -> Question:
    """
    Return the question for a route between settlements or coordinates.

    Parameters
    ----------
    region
        Where the places are.
    places
        Settlements' identifiers, or `longitude,latitude` [degrees].
    kind
        `road` or `railway`.
    standard
        `land` or `tunnels`, see `design_standard`.
    options
        Limits and costs.

    Raises
    ------
    InputError
        If a place, the kind or the standard is unknown.
    """
    spots = [_spot(region, place) for place in places]
    if len(set(spots)) < len(spots):
        raise InputError(
            "two of the places are the same", where="places", mend="give different places"
        )
    return Question(
        id="-".join(place.replace(",", "_") for place in places),
        name="–".join(places),
        design=_design(kind, standard, options),
        places=tuple(spots),
    )


def _study(
    region: Region, ground: Ground, questions: Sequence[Question], options: ConnectOptions
) -> RouteStudy:
    """Answer questions; those without an answer are left out."""
    lands = {
        kind: close_ground(ground, region.forbidden, kind=kind)
        for kind in {question.design.kind for question in questions}
    }
    surfaces = {kind: surface_from_ground(land, options=options) for kind, land in lands.items()}

    def answer(question: Question) -> Answer | None:
        try:
            variants = _variants(surfaces[question.design.kind], question, options)
        except InfeasibleError:
            return None
        line = LineString(variants[0].line.points_m[:, :2])
        return question, variants, measure_land(region, line, options)

    answers = [found for found in beside(answer, questions) if found is not None]
    cell_m = terrain_cell(region)
    return table_study(
        answers, crs=region.crs, cell_m=cell_m, rivers=ground.rivers, options=options
    )


def _variants(surface: Surface, question: Question, options: ConnectOptions) -> list[Variant]:
    """Find the variants of a route, with room beside closed land."""

    def price(found: list[Variant]) -> list[Variant]:
        return [
            replace(
                one,
                line=best_profile(
                    surface, one.line.design, line_m=one.line.points_m[:, :2], options=options
                ),
            )
            for one in found
        ]

    return search_with_room(
        surface,
        lambda land: find_variants(land, question, options=options),
        price,
        options=options,
    )


def _design(kind: str, standard: str, options: ConnectOptions) -> Design:
    return design_from_standard(
        design_standard(kind=kind, standard=standard, options=options), options=options
    )


def _spot(region: Region, place: str) -> Place:
    """Return where a settlement or a coordinate is [m]."""
    if "," in place:
        return _coordinate(region, place)
    spots = _spots(region)
    if place not in spots:
        raise InputError(
            f"there is no settlement {place!r}",
            where="places",
            mend="give a settlement's identifier, or longitude,latitude",
        )
    return spots[place]


def _spots(region: Region) -> dict[str, Place]:
    """Return where each settlement is [m]."""
    points = region.settlements.geometry
    coordinates = zip(points.x.tolist(), points.y.tolist(), strict=True)
    return dict(zip(region.settlements["id"].tolist(), coordinates, strict=True))


def _coordinate(region: Region, place: str) -> Place:
    """Read `longitude,latitude`."""
    try:
        lon, lat = (float(part) for part in place.split(","))
        transform = Transformer.from_crs("EPSG:4326", region.crs, always_xy=True).transform
        x, y = transform(lon, lat, errcheck=True)
    except (ValueError, ProjError):
        raise InputError(
            f"{place!r} is no coordinate", where="places", mend="write longitude,latitude"
        ) from None
    return float(x), float(y)


def _steps(region: Region) -> tuple[float, float]:
    """Return the spacing of the terrain's rows and columns [m]."""
    x, y = region.terrain["x"].to_numpy(), region.terrain["y"].to_numpy()
    return abs(float(y[1] - y[0])), abs(float(x[1] - x[0]))


def terrain_cell(region: Region) -> float:
    """Return the side of a square as large as a cell of the terrain [m]."""
    return float(np.sqrt(np.prod(_steps(region))))


def measure_land(
    region: Region, line: LineString, options: ConnectOptions
) -> tuple[Roughness, ...]:
    """Measure the roughness of the land near each part of a route, from start to end."""
    height: NDArray[np.float64] = region.terrain["elevation_m"].to_numpy().astype(np.float64)
    east, north = np.meshgrid(region.terrain["x"].to_numpy(), region.terrain["y"].to_numpy())
    whole = shapely.simplify(line, options.routing_cell_m)
    ends = np.linspace(0, 1, count_parts(line.length) + 1)
    found = []
    for start, end in pairwise(ends):
        band = substring(whole, start, end, normalized=True).buffer(options.roughness_band_m)
        shapely.prepare(band)
        near = shapely.contains_xy(band, east, north)
        try:
            part = measure_roughness(np.where(near, height, np.nan), cell_m=_steps(region))
        except InputError:
            part = measure_roughness(height, cell_m=_steps(region))
        found.append(part)
    return tuple(found)
