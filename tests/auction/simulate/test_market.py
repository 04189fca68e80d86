"""Who may bid: from a file, or from the sites of a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from auction_markets import make_rules

from bunyad.auction.simulate import Conduct, Group, Market, draw_bids, market_of_sites
from bunyad.auction.simulate.market import make_crowd, mean_bids, mean_hours, mean_size
from bunyad.auction.simulate.reading import load_market
from bunyad.errors import InputError

SITES = pd.DataFrame(
    {
        "id": ["s1", "s2", "s3", "s4", "w1"],
        "technology": ["solar"] * 4 + ["wind"],
        "is_existing": [False, False, False, True, False],
        "capacity_mw": [30.0, 120.0, 10.0, 50.0, 40.0],
        "annual_energy_gwh": [60.0, 228.0, 18.0, 90.0, 120.0],
        "lcoe_usd_per_mwh": [42.0, 40.0, 47.0, 5.0, 60.0],
    }
)


def test_bidders_of_a_plan_stand_between_its_free_sites() -> None:
    market = market_of_sites(SITES, bids={"solar": 50, "wind": 5}, largest_mw=100)

    solar, wind = market.groups
    assert solar.costs == (40, 42, 47)
    assert solar.sizes == (100, 30, 10)
    assert solar.hours == pytest.approx(306_000 / 160)
    assert wind.costs == (60,)
    rules = make_rules(volume="1000", price={"currency": "USD", "unit": "USD/MWh", "decimals": 3})
    for bids, _ in draw_bids(rules, market, Conduct(behaviour="truthful"), seed=0, runs=3):
        for bid in bids:
            if bid.technology == "solar":
                size = np.interp(float(bid.price), (40, 42, 47), (100, 30, 10))
                assert float(bid.quantity) == pytest.approx(size, abs=0.6)
            else:
                assert (float(bid.price), float(bid.quantity)) == (60, 40)


def test_a_plan_without_free_sites_of_a_technology_is_refused() -> None:
    with pytest.raises(InputError, match="hydro"):
        market_of_sites(SITES, bids={"hydro": 2}, largest_mw=100)


def test_means_are_those_of_what_comes() -> None:
    market = Market(
        groups=(
            Group(bids=10, fewest=6, costs=(1, 2), sizes=(2, 4), hours=2),
            Group(bids=2, costs=(1,), sizes=(9,), bids_per_bidder=2),
        )
    )
    assert mean_bids(market) == 10
    assert mean_size(market) == pytest.approx((8 * 3 + 2 * 9) / 10)
    assert mean_hours(market) == pytest.approx((30 * 2 + 18) / 48)
    crowd = make_crowd(market, make_rules())
    assert crowd.bidder.tolist() == [*range(10), 10, 10]


def test_a_file_of_bidders_is_read(tmp_path) -> None:
    file = tmp_path / "bidders.yaml"
    file.write_text(
        "format: bunyad-bidders/1\n"
        "groups:\n"
        "  - {technology: solar, bids: 20, costs: [30, 60], sizes: [5, 50]}\n"
        "signal_noise: 2\n"
    )
    market = load_market(file)
    assert market.groups[0].sizes == (5, 50)
    assert market.signal_noise == 2


def test_every_fault_of_a_file_is_told_at_once(tmp_path) -> None:
    file = tmp_path / "bidders.yaml"
    file.write_text(
        "groups:\n"
        "  - {bids: 0, costs: [30, 60], sizes: [5, 50]}\n"
        "  - {bids: 2, costs: [60, 30], sizes: [5, 50]}\n"
        "  - {bids: 2, costs: [30, 60]}\n"
        "noise: 3\n"
    )
    with pytest.raises(InputError) as caught:
        load_market(file)
    text = str(caught.value)
    for part in ("groups.0.bids", "do not rise", "groups.2.sizes", "noise: there is no such field"):
        assert part in text


@pytest.mark.parametrize(
    ("group", "fault"),
    [
        ({"sizes": [9, 5]}, "sizes do not rise"),
        ({"sizes": [9, 5, 4], "sizes_follow_costs": True}, "one for each cost"),
        ({"fewest": 4}, "fewest is above bids"),
    ],
)
def test_groups_that_contradict_themselves_are_refused(group, fault) -> None:
    with pytest.raises(ValueError, match=fault):
        Group.model_validate({"bids": 3, "costs": [30, 60], "sizes": [5, 50]} | group)


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "\xff"])
def test_files_that_are_no_bidders_are_refused(tmp_path, text) -> None:
    file = tmp_path / "bidders.yaml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="bidders"):
        load_market(file)
