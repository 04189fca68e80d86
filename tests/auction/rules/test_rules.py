"""Rules as documents: read with every fault, told in words field by field, ready-made."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from auction_twins import awards, bid_of

from bunyad.auction.clearing import clear
from bunyad.auction.rules import (
    Rules,
    load_rules,
    parse_rules,
    ready_made,
    rules_as_html,
    rules_as_markdown,
    rules_in_words,
    rules_schema,
)
from bunyad.auction.rules.reading import rules_text
from bunyad.errors import InputError

BUDGET = {
    "by_year": {2030: 11},
    "valuation": {
        "reference_price": {2030: 12}, "load_factor": {"pv": "0.13"}, "hours": 14, "years": 15,
    },
}  # fmt: skip
FULL: dict[str, Any] = {
    "format": "bunyad-auction-rules/1", "id": "full", "title": "Everything", "country": "AZ",
    "year": 2026,
    "sources": [{"title": "Law", "publisher": "State", "year": 1999, "where": "article 9"}],
    "not_covered": ["The weather"],
    "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 3, "direction": "lowest_wins",
              "ceiling": 77, "technology_ceilings": {"pv": 66}, "floor": 5},
    "quantity": {"unit": "MW", "decimals": 1, "smallest": 2, "largest": 88, "smallest_award": 3},
    "volume": 500,
    "budget": BUDGET,
    "pots": [{"id": "sun", "title": "Sun", "technologies": ["pv"], "volume": 250, "budget": BUDGET,
              "leftover_to": "rest", "pricing": "uniform"}],
    "limits": {
        "technology": [{"of": ["wind"], "minimum": 21, "maximum": 22}],
        "region": [{"of": ["north"], "minimum": 23, "maximum": 24}],
        "bidder": {"quantity": 25, "share": "0.26", "lots": 27, "bids": 28},
    },
    "allocation": {"by": "volume", "method": "merit_order", "objective": "most_value",
                   "marginal": "cut", "overshoot_share": "0.31", "ties": ["earlier", "lottery"]},
    "pricing": "pay_as_bid", "price_within": "pot",
    "undersubscription": {"below": "1.41", "fewest_bidders": 3, "rule": "scale", "scale_to": "0.42"},
    "scoring": {"price_weight": "0.7", "price_points": "best_over_price", "criteria": [
        {"id": "jobs", "title": "Jobs", "weight": "0.3", "best": 50, "worst": 1, "least": 10}]},
    "qualification": {"stage": "before_bids", "requirements": [
        {"id": "worth", "title": "Net worth", "kind": "number", "least": 51, "unit": "USD"}]},
    "bids": {"envelopes": [{"name": "price", "fields": ["price"], "opens": "opening"}],
             "replacement": "latest", "withdrawal": "until_deadline", "alternatives": 4,
             "count_is_public": False},
    "securities": [{"id": "bid", "amount": 61, "per": "quantity", "due": "with the bid",
                    "released_when": ["it loses"], "forfeited_when": ["it lies"]}],
    "rounds": {"step": "0.71", "minutes": 72, "extension_window_minutes": 73,
               "extension_minutes": 74, "largest_extensions": 75, "shortlist_share": "1.76",
               "dropped_bidders": 2},
    "contract": {"kind": "two_way_cfd", "years": 16, "indexation_share": "0.17",
                 "negative_price_hours": "paid", "payback_cap_share": "0.18",
                 "months_to_operation": 19, "penalties": ["a fine"]},
}  # fmt: skip
OTHER = {
    "direction": "highest_wins", "pricing": "first_rejected", "by": "lot", "method": "optimal",
    "objective": "least_cost", "marginal": "skip", "price_within": "delivery_year",
    "rule": "cancel", "price_points": "linear_to_ceiling", "stage": "with_bids",
    "opens": "deadline", "replacement": "none", "withdrawal": "none", "per": "bid",
    "negative_price_hours": "not_paid", "currency": "EUR", "ties": ["share"],
}  # fmt: skip


def leaves(value: Any, path: tuple = ()):
    """Yield the path of every leaf of a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def changed(path: tuple) -> dict[str, Any]:
    """Return the full document with one leaf changed."""
    document = copy.deepcopy(FULL)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    key, value = path[-1], inner[path[-1]]
    if key == "id" and value == "bid":
        inner[key] = "performance"
    elif key == "kind":
        inner[key] = {"number": "yes_no", "two_way_cfd": "fixed_price"}[value]
    elif key in OTHER:
        inner[key] = OTHER[key]
    elif isinstance(value, bool):
        inner[key] = not value
    elif isinstance(value, int):
        inner[key] = value + 1
    elif isinstance(value, list):
        inner[key] = [*value, "more"]
    elif value[:1].isdigit():
        inner[key] = str(Decimal(value) + Decimal("0.01"))
    else:
        inner[key] = value + "x"
    return document


@pytest.mark.parametrize(
    "path", [p for p in leaves(FULL) if p != ("format",) and not str(p[-1]).endswith("weight")]
)  # fmt: skip
def test_every_field_of_the_rules_is_told(path):
    before, after = copy.deepcopy(FULL), changed(path)
    if path[-1] == "objective":  # only an optimum has one
        for document in (before, after):
            document["allocation"]["method"] = "optimal"

    first, second = (rules_as_markdown(Rules.model_validate(one)) for one in (before, after))
    assert first != second


def test_the_weights_of_the_points_are_told():
    told = rules_as_markdown(Rules.model_validate(FULL))

    assert "70 % of the points are for the price" in told
    assert "30 % are for Jobs" in told


def test_the_full_document_names_every_field_of_the_model():
    filled = Rules.model_validate(FULL)

    def unset(part: Any, path: str):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name not in part.model_fields_set:
                yield f"{path}.{name}"
            for index, inner in enumerate(value if isinstance(value, tuple) else (value,)):
                if hasattr(inner, "model_fields_set"):
                    yield from unset(inner, f"{path}.{name}.{index}")

    assert list(unset(filled, "rules")) == []


@pytest.mark.parametrize("name", ready_made())
def test_ready_made_rules_are_sound_sourced_and_honest(name):
    rules = load_rules(name)

    assert rules.id == name
    assert rules.sources
    assert rules.not_covered
    told = rules_in_words(rules)
    assert {"What is offered", "Who wins", "What winners are paid"} <= {one.title for one in told}
    assert not any("Decimal" in text or "None" in text for one in told for text in one.sentences)
    assert rules_as_html(rules).count("<h2>") == len(told)


@pytest.mark.parametrize("rule", ["none", "cancel", "scale", "ceiling"])
@pytest.mark.parametrize("per", ["bid", "quantity", "capex_share"])
def test_words_are_found_for_every_choice(rule, per):
    document = copy.deepcopy(FULL)
    document["undersubscription"] = {"rule": rule}
    document["securities"][0] |= {"per": per, "amount": "0.05"}
    document["contract"] = {"kind": "allowance", "years": 0}
    document["bids"] = {}
    document["limits"] = {"region": [{"of": ["n"]}]}

    assert rules_as_markdown(Rules.model_validate(document)).count("##") > 10


def test_all_faults_are_told_at_once_with_line_field_and_what_to_do():
    text = rules_text("germany-onshore-wind-2024")
    text = text.replace("currency: EUR", "currency: euro").replace(
        "marginal: overshoot", "marginal: over"
    )
    text = text.replace("pricing: pay_as_bid", "prising: pay_as_bid").replace(
        "  unit: ct/kWh\n", ""
    )

    with pytest.raises(InputError) as caught:
        parse_rules(text, where="my.yaml")

    faults = {fault.where.split(": ")[-1]: fault for fault in caught.value.faults}
    assert set(faults) == {"price.currency", "allocation.marginal", "prising", "price.unit"}
    line = text.splitlines().index("  currency: euro") + 1
    assert faults["price.currency"].where == f"my.yaml:{line}: price.currency"
    assert "'over'" in faults["allocation.marginal"].what
    assert "'cut'" in faults["allocation.marginal"].mend
    assert "missing" in faults["price.unit"].what
    assert "spelling" in faults["prising"].mend


def test_weights_that_do_not_add_up_are_told():
    document = copy.deepcopy(FULL)
    document["scoring"]["price_weight"] = "0.6"

    with pytest.raises(InputError, match=r"add up to 0\.9"):
        parse_rules(json.dumps(document))


@pytest.mark.parametrize("text", ["a: [", "- 1", ""])
def test_what_is_no_document_of_rules_is_refused(text):
    with pytest.raises(InputError):
        parse_rules(text)


def test_rules_that_are_not_there_name_the_ready_made_ones(tmp_path: Path):
    with pytest.raises(InputError, match="india-seci"):
        load_rules(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="india-seci"):
        rules_text("none")


def test_json_is_read_like_yaml(tmp_path: Path):
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(FULL), "utf-8")

    assert load_rules(path) == Rules.model_validate(FULL)


def test_the_schema_knows_the_fields():
    assert {"price", "pots", "rounds", "contract"} <= set(rules_schema()["properties"])


def test_allowances_go_to_the_highest_bids_at_one_price_or_to_nobody():
    """Article 7: the last bid gets the rest; too little bid, and the auction is cancelled."""
    rules = load_rules("eu-ets-article-7").model_copy(update={"volume": Decimal(2000)})
    some = [bid_of("a", "70.01", 1000), bid_of("b", "69.50", 1500), bid_of("c", "69.49", 500)]

    result = clear(rules, some)

    assert awards(result) == {"a": 1000, "b": 1000}
    assert {one.price for one in result.decisions[:2]} == {Decimal("69.50")}
    assert clear(rules, some[:1]).state == "cancelled"


def test_a_german_round_goes_beyond_its_volume_with_the_smaller_of_equal_bids_first():
    """EEG 2023, section 32(1): by price, then the smaller quantity, until the volume is passed."""
    rules = load_rules("germany-onshore-wind-2024")
    some = [
        bid_of("a", "7.20", 2400), bid_of("large", "7.30", 300), bid_of("small", "7.30", 150),
        bid_of("last", "7.34", 1), bid_of("dear", "7.36", 1),
    ]  # fmt: skip

    result = clear(rules, some)

    assert awards(result) == {"a": 2400, "small": 150}
    assert result.decisions[-1].rule == "price.ceiling"


def test_a_spanish_auction_shrinks_where_less_than_a_fifth_more_is_bid():
    rules = load_rules("spain-reer-2021")
    some = [
        bid_of("w", 25, 1200, technology="onshore_wind"),
        bid_of("p", 24, 1200, technology="photovoltaic"),
        bid_of("b", 30, 600, technology="biomass"),
    ]

    result = clear(rules, some)

    assert result.pots[0].offered == 2500
    assert awards(result) == {"w": 1200, "p": 1200, "b": 600}


def test_a_british_technology_is_held_at_its_administrative_price():
    """
    As in Allocation Round 1 (2015): energy from waste got its own ceiling of 80.00 in a delivery
    year (2018/19) that onshore wind cleared at 82.50.
    """
    document = {
        **FULL, "pots": [], "budget": None, "volume": 100, "scoring": None, "limits": {}, "undersubscription": {},
        "pricing": "uniform", "price_within": "delivery_year",
        "price": {"currency": "GBP", "unit": "GBP/MWh", "technology_ceilings":
                  {"onshore_wind": 95, "energy_from_waste": 80}},
    }  # fmt: skip
    some = [
        bid_of("w", "82.50", 45, technology="onshore_wind", delivery_year=2018),
        bid_of("e", "75.00", 45, technology="energy_from_waste", delivery_year=2018),
        bid_of("v", "79.23", 5, technology="onshore_wind", delivery_year=2016),
    ]

    paid = {
        one.bid: str(one.price) for one in clear(Rules.model_validate(document), some).decisions
    }

    assert paid == {"w": "82.50", "e": "80", "v": "79.23"}


def test_british_bids_are_valued_once_reference_prices_are_filled_in():
    rules = load_rules("uk-cfd-ar6")
    with pytest.raises(InputError) as caught:
        clear(rules, [])
    assert len(caught.value.faults) == 6


def test_a_south_african_award_stops_before_the_bid_that_goes_beyond():
    rules = load_rules("south-africa-reipppp-bw5")
    points = {"economic_development": Decimal(80)}
    some = [
        bid_of(f"w{i}", 450 + i, 140, technology="onshore_wind", scores=points) for i in range(12)
    ]

    assert sum(awards(clear(rules, some)).values()) == 11 * 140


def test_garadagh_has_one_winner():
    """One winner of 100 MW; the winning price was 3.54 US cents a kWh."""
    rules = load_rules("azerbaijan-2024")
    some = [bid_of("universal", "35.40", 100), bid_of("other", "39.00", 100)]

    result = clear(rules, some)

    assert awards(result) == {"universal": 100}
    assert result.decisions[1].winning_price in (Decimal("35.40"), Decimal("35.39"))
