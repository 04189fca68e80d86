"""Tables of the resolution study: what real routes have more, with an 80 % prediction interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from study_designers import PLAIN

TABLE = Path("src/bunyad/connect/data/route_resolution.csv")
FINEST_M = 60
"""Where the finest cells have no route, the truth is taken from cells up to this."""
LOW, HIGH = 0.1, 0.9
STRETCHES = (1, 3, 10)
"""Lengths of routes in routes of the study."""
DRAWS, SEED = 4_000, 1
LEAST_LANDS = 2
KEYS = ["kind", "structures", "cell_m", "rise_m"]
LENGTH, CLIMB, BRIDGE, TUNNEL = range(4)
QUANTITIES = ["length", "climb", "bridge", "tunnel"]

Floats = NDArray[np.float64]


def summarise(samples: pd.DataFrame) -> pd.DataFrame:
    """
    Return the middle and the interval of what built routes have more than coarse ones.

    A built route is one of a designer, on a line of lands drawn from the study: as many as make
    its length. Lands are weighted at random (Bayesian bootstrap: D. Rubin, Annals of Statistics
    9, 1981), and the interval is widened as Student's t is for so few of them.
    """
    rows = []
    for key, group in pairs(samples).groupby(KEYS):
        lands = list(group["seed"].unique())
        if len(lands) < LEAST_LANDS:
            continue
        seen, built = stack(group)
        steepness = round(float(group["steepness"].iloc[0]), 4)
        for stretches in STRETCHES:
            three = predict(seen, built, stretches=stretches)
            route_km = round(stretches * built[:, 0, LENGTH].mean() / 1e3, 1)
            rows += [
                [*key[:3], steepness, route_km, name, *np.round(three[:, at], 4), len(lands)]
                for at, name in enumerate(QUANTITIES)
            ]
    columns = [*KEYS[:3], "steepness", "route_km", "quantity", "median", "low80", "high80", "lands"]
    return pd.DataFrame(rows, columns=columns).assign(source="scripts/study_route_resolution.py")


def pairs(samples: pd.DataFrame) -> pd.DataFrame:
    """Return each coarse route of the plain designer beside what every designer would build."""
    same = ["kind", "structures", "rise_m", "seed"]
    plain = samples[samples["designer"] == PLAIN].dropna(subset=["length"])
    finest = plain[plain["cell_m"] <= FINEST_M].sort_values("cell_m").drop_duplicates(same)
    others = samples[samples["designer"] != PLAIN]
    cell = others["cell_m"].iloc[0]
    base = plain[plain["cell_m"] == cell][[*same, *QUANTITIES]]
    changed = others.merge(base, on=same, how="left", suffixes=("", "_base"))
    built = changed.merge(finest[[*same, *QUANTITIES]], on=same, suffixes=("", "_fine"))
    for name in ("length", "climb"):
        more = (built[name] / built[f"{name}_base"]).fillna(1)
        built[name] = built[f"{name}_fine"] * more
    for name in ("bridge", "tunnel"):
        more = (built[name] - built[f"{name}_base"]).fillna(0)
        built[name] = (built[f"{name}_fine"] + more).clip(0, 1)
    columns = [*same, "designer", *QUANTITIES]
    known = pd.concat([finest[columns], built[columns]])
    return plain.drop(columns="designer").merge(known, on=same, suffixes=("", "_built"))


def stack(group: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return lengths, climbs and lengths of structures [m]: seen (land), built (land, designer)."""
    one = group.copy()
    for end in ("", "_built"):
        for name in ("bridge", "tunnel"):
            one[name + end] *= one["length" + end]
    designers = sorted(one["designer"].unique())
    wide = [one[one["designer"] == name].sort_values("seed") for name in designers]
    built = np.stack([rows[[f"{name}_built" for name in QUANTITIES]] for rows in wide], axis=1)
    return wide[0][QUANTITIES].to_numpy(float), built.astype(float)


def predict(seen: Floats, built: Floats, *, stretches: int) -> Floats:
    """Return median, low and high end of each correction."""
    generator = np.random.default_rng(SEED)
    lands, designers = built.shape[:2]
    weight = generator.dirichlet(np.ones(lands), DRAWS)
    drawn = np.stack([generator.choice(lands, stretches, p=one) for one in weight])
    designer = generator.integers(designers, size=DRAWS)
    seen_sum = seen[drawn].sum(axis=1)
    built_sum = built[drawn, designer[:, None]].sum(axis=1)
    more = corrections(seen_sum, built_sum)
    three = np.quantile(more, [0.5, LOW, HIGH], axis=0)
    widened = three[0] + (three - three[0]) * inflation(lands)
    return np.where(np.arange(4) < BRIDGE, np.exp(widened), np.clip(widened, -1, 1))


def corrections(seen: Floats, built: Floats) -> Floats:
    """Return logarithms of factors (length, climb) and added shares of the length (structures)."""
    factors = np.log(built[:, :BRIDGE] / seen[:, :BRIDGE])
    shares = built[:, BRIDGE:] / built[:, :1] - seen[:, BRIDGE:] / seen[:, :1]
    return np.concatenate([factors, shares], axis=1)


def inflation(lands: int) -> float:
    """Return how much wider the interval of Student's t for one more land is than the normal."""
    quantile = stats.t.ppf(HIGH, lands - 1) / stats.norm.ppf(HIGH)
    return float(quantile * (1 + 1 / lands) ** 0.5)


def calibrate(samples: pd.DataFrame, *, cell_m: int = 900) -> pd.DataFrame:
    """Return how often the interval from other lands holds what is built on the one left out."""
    found = []
    same = pairs(samples)
    for (kind, structures, _), group in same[same["cell_m"] == cell_m].groupby(
        ["kind", "structures", "rise_m"]
    ):
        if group["seed"].nunique() <= LEAST_LANDS:
            continue
        for seed in group["seed"].unique():
            three = predict(*stack(group[group["seed"] != seed]), stretches=1)
            seen, built = stack(group[group["seed"] == seed])
            more = corrections(np.repeat(seen, built.shape[1], axis=0), built[0])
            more[:, :BRIDGE] = np.exp(more[:, :BRIDGE])
            inside = (three[1] - SLACK <= more) & (more <= three[2] + SLACK)
            found += [[kind, structures, *row] for row in inside]
    table = pd.DataFrame(found, columns=["kind", "structures", *QUANTITIES])
    return table.groupby(["kind", "structures"])[QUANTITIES].mean().round(2).reset_index()


SLACK = 1e-6
"""Share within which two figures are the same."""


def table_by_cell(samples: pd.DataFrame) -> pd.DataFrame:
    """Return means of the plain designer by cell: length and climb over those of the finest."""
    same = pairs(samples)
    plain = same[same["designer"] == PLAIN]
    parts = plain[["kind", "structures", "rise_m", "cell_m"]].assign(
        length=plain["length"] / plain["length_built"],
        climb=plain["climb"] / plain["climb_built"],
        bridge_percent=100 * plain["bridge"],
        tunnel_percent=100 * plain["tunnel"],
        lands=1,
    )
    ways = dict.fromkeys(["length", "climb", "bridge_percent", "tunnel_percent"], "mean")
    groups = parts.groupby(["kind", "structures", "rise_m", "cell_m"])
    return groups.agg({**ways, "lands": "sum"}).round(2).reset_index()
