"""Rules: where plants may not stand, as the region's file says or else as the options do."""

from __future__ import annotations

from bunyad.options.potential import PotentialOptions
from bunyad.potential.constants import data_table
from bunyad.region.model import LandRule, Region


def land_rules(
    region: Region, technology: str, *, options: PotentialOptions
) -> tuple[LandRule, ...]:
    """
    Return the rules of one technology in the order in which they are applied.

    Parameters
    ----------
    region
        The region; its own rules, where it has them, replace those of the options.
    technology
        solar or wind.
    options
        Limits of the rules that hold elsewhere.
    """
    rules = default_rules(options) if region.land_rules is None else region.land_rules
    return tuple(rule for rule in rules if technology in rule.technologies)


def default_rules(options: PotentialOptions) -> tuple[LandRule, ...]:
    """Return the rules of a region that has none of its own, with the limits of the options."""
    solar = _technology_rules(
        "solar",
        (
            options.solar_max_slope_percent,
            options.solar_max_elevation_m,
            options.solar_settlement_buffer_m,
            options.solar_river_buffer_m,
            options.solar_protected_buffer_m,
        ),
        solar_classes(options),
    )
    wind = _technology_rules(
        "wind",
        (
            options.wind_max_slope_percent,
            options.wind_max_elevation_m,
            options.wind_settlement_buffer_m,
            options.wind_river_buffer_m,
            options.wind_protected_buffer_m,
        ),
        wind_classes(options),
    )
    calm = LandRule(
        kind="wind_below",
        title="Mean wind at hub height",
        technologies=("wind",),
        layer="",
        values=(options.wind_min_speed_ms,),
        unit="m/s",
        source="option potential.wind_min_speed_ms",
    )
    return (*solar, *wind, calm)


def solar_classes(options: PotentialOptions) -> frozenset[int]:
    """Return the land-cover classes that solar plants may use."""
    classes = classes_allowed("solar")
    return classes if options.solar_allows_cropland else classes - classes_of_group("cropland")


def wind_classes(options: PotentialOptions) -> frozenset[int]:
    """Return the land-cover classes that wind farms may use."""
    classes = classes_allowed("wind")
    return classes | classes_of_group("forest") if options.wind_allows_forest else classes


def classes_allowed(technology: str) -> frozenset[int]:
    """
    Return the land-cover classes that a technology may use.

    Parameters
    ----------
    technology
        solar or wind.
    """
    table = data_table("land_cover")
    return frozenset(table.loc[table[f"{technology}_allowed"], "class"].astype(int))


def classes_of_group(group: str) -> frozenset[int]:
    """
    Return the land-cover classes of a group, such as `forest`.

    Examples
    --------
    >>> sorted(classes_of_group("cropland"))
    [12, 14]
    """
    table = data_table("land_cover")
    return frozenset(table.loc[table["group"] == group, "class"].astype(int))


def rule_words(rule: LandRule) -> str:
    """
    Say in words what a rule excludes.

    Parameters
    ----------
    rule
        The rule.

    Examples
    --------
    >>> rule_words(
    ...     LandRule(kind="near", title="River", technologies=("wind",), layer="rivers",
    ...              values=(200.0,), unit="m", source="")
    ... )
    'River, within 200 m'
    """
    limit = " to ".join(f"{value:g}" for value in rule.values)
    if rule.kind == "near":
        return f"{rule.title}, within {limit} m"
    if rule.kind == "aspect_between":
        return f"{rule.title}, facing {limit} degrees"
    if rule.kind in ("inside", "outside"):
        return f"{rule.title}, {rule.kind} of it"
    if rule.kind.startswith("land_cover"):
        return rule.title
    return f"{rule.title} {rule.kind.rpartition('_')[2]} {limit} {rule.unit}"


def _technology_rules(
    technology: str, limits: tuple[float, ...], classes: frozenset[int]
) -> list[LandRule]:
    """Return the rules that solar and wind share, with the limits of one of them."""
    slope, elevation, settlement, river, protected = limits
    rows: list[tuple[str, str, str, tuple[float, ...], str, str]] = [
        ("slope_above", "Slope", "", (slope,), "%", "max_slope_percent"),
        ("elevation_above", "Height", "", (elevation,), "m", "max_elevation_m"),
        (
            "land_cover_other_than",
            "Land cover that is not open land",
            "",
            tuple(map(float, sorted(classes))),
            "class",
            "allows_cropland" if technology == "solar" else "allows_forest",
        ),
        (
            "near",
            "Centre of a settlement",
            "settlements",
            (settlement,),
            "m",
            "settlement_buffer_m",
        ),
        ("near", "River", "rivers", (river,), "m", "river_buffer_m"),
        ("near", "Protected land", "protected", (protected,), "m", "protected_buffer_m"),
    ]
    return [
        LandRule(
            kind=kind,
            title=title,
            technologies=(technology,),
            layer=layer,
            values=values,
            unit=unit,
            source=f"option potential.{technology}_{name}",
        )
        for kind, title, layer, values, unit, name in rows
    ]
