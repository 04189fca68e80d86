"""Statistics agree with NumPy, and tell no more than the public may know."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import RULES, Life, played

from bunyad.auction.publish import Party, Publisher, statistics
from bunyad.auction.publish.figures import concentration, price_figures


@given(st.lists(st.decimals(1, 200, places=2), min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_the_distribution_of_prices_is_numpys(prices: list[Decimal]) -> None:
    found = price_figures(prices)

    assert found is not None
    floats = np.array([float(price) for price in prices])
    quartiles = [float(q) for q in (found.lower_quartile, found.median, found.upper_quartile)]
    assert quartiles == pytest.approx(np.quantile(floats, [0.25, 0.5, 0.75]))
    assert float(found.mean) == pytest.approx(floats.mean())
    assert float(found.spread) == pytest.approx(floats.max() / floats.min() - 1)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_concentration_lies_between_that_of_equals_and_one(parts: list[int]) -> None:
    found = concentration([Decimal(part) for part in parts])

    assert found is not None
    assert Decimal(1) / len(parts) <= found * (1 + Decimal("1e-20"))
    assert found <= 1


def test_nothing_has_no_concentration_and_no_prices() -> None:
    assert concentration([]) is None
    assert price_figures([]) is None


def test_figures_of_lots_and_of_the_whole() -> None:
    publisher = Publisher(
        agency=Party(name="agency", country="AZ"),
        bidders=tuple(
            Party(name=name, country=country)
            for name, country in (("araz-solar", "AZ"), ("kür-wind", "AE"), ("late-and-void", "TR"))
        ),
    )

    found = statistics(played().events, publisher)

    assert (found.whole.bidders, found.whole.bids, found.whole.withdrawn) == (3, 3, 1)
    assert (found.whole.void, found.whole.late) == (1, 1)
    assert found.whole.foreign_share == Decimal(2) / 3
    assert found.whole.quantity_offered == 2
    assert [lot.prices.lowest for lot in found.lots if lot.prices] == [
        Decimal("47.35"),
        Decimal("49.90"),
    ]
    assert [lot.concentration_awarded for lot in found.lots] == [1, 1]
    assert {(span.start, span.days) for span in found.spans} >= {("published", Decimal(48))}


def test_quantity_bid_is_held_against_the_volume() -> None:
    rules = {**RULES, "allocation": {"by": "volume"}, "volume": "300"}
    life = Life(rules=rules).publish()
    first, second = life.bid("araz", "lot-1"), life.bid("kür", "lot-1")
    flexible = {
        "alternatives": [{"price": "47", "quantity": "50"}, {"price": "45", "quantity": "90"}]
    }
    life.close().open({first: {"price": "40", "quantity": "360"}, second: flexible})

    found = statistics(life.events)

    assert found.lots == ()
    assert found.whole.quantity_bid == 450
    assert found.whole.subscription == Decimal("1.5")
    assert found.whole.concentration_bid == Decimal("0.68")


def test_pots_add_up_to_the_volume() -> None:
    rules = {**RULES, "allocation": {"by": "volume"}, "pots": [{"volume": "30"}, {"volume": "12"}]}

    assert statistics(Life(rules=rules).publish().events).whole.quantity_offered == 42


def test_the_count_of_bids_is_told_from_the_close_on() -> None:
    life = Life().publish()
    life.bid("araz", "lot-1")

    early = statistics(life.events).whole
    late = statistics(life.close().events).whole

    assert (early.bids, early.bidders) == (None, None)
    assert (late.bids, late.bidders) == (1, None)


def test_the_count_is_told_early_where_the_rules_say_so() -> None:
    life = Life(rules={**RULES, "bids": {"count_is_public": True}}).publish()
    life.bid("araz", "lot-1")
    life.bid("kür", "lot-1", "lot-2")

    found = statistics(life.events)

    assert found.whole.bids == 2
    assert [lot.bids for lot in found.lots] == [2, 1]
    assert found.whole.bidders is None


def test_no_count_is_made_up_from_a_record_that_withholds_bids() -> None:
    life = Life(rules={**RULES, "bids": {"count_is_public": True}}).publish()
    life.bid("araz", "lot-1")
    life.do("question", "public", {"text": "Why?"}, 12, 10)
    shown = [event for event in life.events if event.kind != "bid"]

    assert statistics(shown).whole.bids is None
