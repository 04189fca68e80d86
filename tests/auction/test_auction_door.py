"""The front doors of the chapter."""

from __future__ import annotations

import pytest

from bunyad import auction


def test_every_front_door_opens() -> None:
    for name in auction.__all__:
        assert getattr(auction, name).__name__ == name


def test_a_door_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        _ = auction.guess
