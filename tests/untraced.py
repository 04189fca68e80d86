"""
Rest the tracer of coverage where none of our lines can run.

Until Python 3.12 a tracer slows every instruction of every library, also of those that are not
measured: compiling a kernel or importing a library takes about twice as long with it. Such calls
never come back to our code, so they are made without it. What is measured stays the same.
"""

from __future__ import annotations

import functools
import importlib.machinery
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

SOURCE = str(Path(__file__).resolve().parents[1] / "src")
LIBRARIES = "site-packages"
LONG_CALLS = {
    "geopandas.geodataframe": ("GeoDataFrame.to_parquet", "GeoDataFrame.to_file"),
    "linopy.model": ("Model.solve",),
    "pypsa.network.transform": ("NetworkTransformMixin.add",),
    "pypsa.optimization.optimize": (
        "OptimizationAccessor.assign_duals",
        "OptimizationAccessor.assign_solution",
        "OptimizationAccessor.create_model",
        "OptimizationAccessor.post_processing",
    ),
    "schemathesis.generation.case": ("Case.validate_response",),
    "starlette.testclient": ("TestClient.request",),
    "xarray.backends.api": ("open_dataset",),
    "xarray.core.dataset": ("Dataset.load", "Dataset.to_netcdf"),
}
"""Calls of libraries that take long and never come back to our code in the same thread."""
MEASURED_EXAMPLES = 10
"""Examples of a Hypothesis test that count for coverage; what later ones reach counts for none."""


def rest_in(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same call, made without the tracer of this thread."""

    @functools.wraps(call)
    def resting(*args: Any, **named: Any) -> Any:
        tracer = sys.gettrace()
        if tracer is None:
            return call(*args, **named)
        sys.settrace(None)
        try:
            return call(*args, **named)
        finally:
            sys.settrace(tracer)
            _wake()

    return resting


def _wake() -> None:
    """Be called: coverage takes up its work at the next call, and must see this frame's return."""


def rest_where_nothing_is_ours() -> None:
    """Make the calls that take long and run no line of ours without the tracer."""
    Dispatcher.compile = rest_in(Dispatcher.compile)
    loader = importlib.machinery.SourceFileLoader
    run_module = loader.exec_module
    rest_and_run = rest_in(run_module)

    def exec_module(self: Any, module: ModuleType) -> None:
        if LIBRARIES in self.path:
            rest_and_run(self, module)
            _rest_in_long_calls(module)
        elif _resting and sys.gettrace() is None and self.path.startswith(SOURCE):
            sys.settrace(_resting[-1])
            _wake()
            try:
                run_module(self, module)
            finally:
                sys.settrace(None)
        else:
            run_module(self, module)

    loader.exec_module = exec_module
    for name in LONG_CALLS.keys() & sys.modules.keys():
        _rest_in_long_calls(sys.modules[name])


def _rest_in_long_calls(module: ModuleType) -> None:
    """Make the calls of a library's module that take long without the tracer."""
    for name in LONG_CALLS.get(module.__name__, ()):
        *within, last = name.split(".")
        home = functools.reduce(getattr, within, module)
        setattr(home, last, rest_in(getattr(home, last)))


_resting: list[Any] = []
"""The tracer that rests while tests are collected."""


@contextmanager
def rest_but_in_our_modules() -> Iterator[None]:
    """Collect tests without the tracer, but for the first run of our own modules."""
    tracer = sys.gettrace()
    if tracer is None:
        yield
        return
    _resting.append(tracer)
    sys.settrace(None)
    try:
        yield
    finally:
        _resting.pop()
        sys.settrace(tracer)
        _wake()


@contextmanager
def rest_after_first_examples(item: pytest.Item) -> Iterator[None]:
    """Stop measuring within a Hypothesis test after its first examples; all of them run."""
    cover = item.config.pluginmanager.getplugin("_cov")
    control = getattr(cover, "cov_controller", None)
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if handle is None or control is None or item.get_closest_marker("no_cover"):
        yield
        return
    test, seen = handle.inner_test, 0

    @functools.wraps(test)
    def counted(*args: Any, **named: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == MEASURED_EXAMPLES + 1:
            control.pause()
        return test(*args, **named)

    handle.inner_test = counted
    try:
        yield
    finally:
        handle.inner_test = test
        if seen > MEASURED_EXAMPLES:
            control.resume()
