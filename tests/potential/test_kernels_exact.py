"""Kernels leave compilers no choice that changes a rounding."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

import bunyad
from bunyad.potential.kernels_exact import EXACT, LANES, total

MODULES = [
    module.name
    for module in pkgutil.walk_packages(bunyad.__path__, "bunyad.")
    if module.name.rpartition(".")[2].startswith("kernels")
]


def slow_total(values: np.ndarray) -> np.float32:
    lanes = [np.float32(0)] * LANES
    for number, value in enumerate(values):
        lanes[number % LANES] += value
    summed = np.float32(0)
    for lane in lanes:
        summed += lane
    return summed


@given(st.lists(st.floats(-1e3, 1e3, width=32), max_size=5 * LANES))
def test_a_total_is_rounded_as_its_slow_twin_is(numbers: list[float]) -> None:
    values = np.array(numbers, dtype=np.float32)

    assert total(values, np.empty(LANES, np.float32)) == slow_total(values)


@pytest.mark.parametrize("name", MODULES)
def test_no_kernel_lets_compilers_change_a_rounding(name: str) -> None:
    kernels = [
        thing
        for thing in vars(importlib.import_module(name)).values()
        if isinstance(thing, Dispatcher)
    ]

    assert kernels
    for kernel in kernels:
        allowed = kernel.targetoptions.get("fastmath") or set()
        assert allowed is not True
        assert set(allowed) <= EXACT, kernel
