"""Read who may bid, and tell every fault at once; what is found, as values for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bunyad.auction.simulate.compare import Comparison, Suggestion
from bunyad.auction.simulate.defaults import whole
from bunyad.auction.simulate.market import Market
from bunyad.auction.simulate.measures import Simulation
from bunyad.errors import Fault, InputError

DRAWN = ("award_price", "built_share", "unbuilt_share", "state_cost", "concentration")
"""Measures whose spread is drawn."""
Document = TypeVar("Document", bound=BaseModel)


def load_market(path: Path) -> Market:
    """
    Read the file of bidders, YAML or JSON.

    Raises
    ------
    InputError
        Naming every fault with its field.
    """
    return read_document(path, Market)


def read_document(path: Path, model: type[Document]) -> Document:
    """
    Read a YAML or JSON file as a model.

    Raises
    ------
    InputError
        Naming every fault with its field.
    """
    where = str(path)
    try:
        content = YAML(typ="safe").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({error})", where=where, mend="give a YAML or JSON file"
        ) from None
    except YAMLError as error:
        short = str(error).splitlines()[0]
        raise InputError(
            f"it is not valid YAML ({short})", where=where, mend="check indentation and quotes"
        ) from None
    if not isinstance(content, Mapping):
        raise InputError("it holds no fields", where=where, mend="write lines of `field: value`")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError.of(_fault(where, dict(one)) for one in error.errors()) from None


def comparison_as_values(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as values that JSON can hold."""
    return {
        "designs": [_simulation(one) for one in comparison.simulations],
        "comparison": _rows(comparison.table),
    }


def suggestion_as_values(suggestion: Suggestion) -> dict[str, Any]:
    """Return a suggestion as values that JSON can hold."""
    return {
        "value": f"{suggestion.value:f}",
        "why": suggestion.why,
        "tried": _rows(suggestion.table),
    }


def histogram(simulation: Simulation, measure: str) -> dict[str, list[float]]:
    """
    Return how a measure is spread over the auctions.

    Returns
    -------
    dict
        `edges` of classes of equal width, and the `count` of auctions in each.
    """
    values = simulation.outcomes[measure].dropna().to_numpy(float)
    count, edges = np.histogram(values, bins=whole("histogram_bins"))
    return {"edges": edges.tolist(), "count": count.tolist()}


def _simulation(one: Simulation) -> dict[str, Any]:
    """Return one design with what was measured."""
    return {
        "design": one.design,
        "engine": one.engine,
        "why_clear": one.why_clear,
        "runs": one.runs,
        "seed": one.seed,
        "summary": _rows(one.summary),
        "histograms": {name: histogram(one, name) for name in DRAWN},
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, with nothing for what is missing."""
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]


def _fault(where: str, fault: dict[str, Any]) -> Fault:
    """Turn a fault of pydantic into ours."""
    place = ".".join(str(part) for part in fault["loc"]) or "the document"
    if fault["type"] == "missing":
        return Fault(f"{where}: {place}", "the field is missing", "add it")
    if fault["type"] == "extra_forbidden":
        return Fault(f"{where}: {place}", "there is no such field", "correct or remove it")
    expected = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if isinstance(fault["input"], Mapping):
        return Fault(f"{where}: {place}", "the fields do not fit", expected)
    return Fault(f"{where}: {place}", f"the value is {fault['input']!r}", f"it {expected}")
