"""Keep the libraries that solve the system from writing to the terminal."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import highspy


class QuietHighs(highspy.Highs):  # type: ignore[misc]
    """HiGHS that is quiet from the start, not only once options have been passed to it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.setOptionValue("output_flag", False)  # noqa: FBT003 (HiGHS names no argument)


@contextmanager
def silent() -> Iterator[None]:
    """
    Keep PyPSA, linopy and HiGHS from writing and warning; afterwards all is as before.

    linopy hands the problem to HiGHS before it passes any option, and HiGHS greets on the
    terminal at the first number that it is given; so a quiet HiGHS takes its place meanwhile.
    """
    loggers = [logging.getLogger(name) for name in ("pypsa", "linopy")]
    levels = [logger.level for logger in loggers]
    loud = highspy.Highs
    try:
        highspy.Highs = QuietHighs
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        highspy.Highs = loud
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
