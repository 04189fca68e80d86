"""Designs are played over HTTP by the engine that clears."""

from __future__ import annotations

from typing import Any

from web.servers import Server

BIDDERS = {"groups": [{"bids": 6, "costs": [30, 60], "sizes": [20]}]}


def rules(pricing: str) -> dict[str, Any]:
    return {
        "format": "bunyad-auction-rules/1",
        "id": pricing.replace("_", "-"),
        "title": pricing,
        "price": {"currency": "USD", "unit": "USD/MWh", "ceiling": "60"},
        "volume": "40",
        "pricing": pricing,
    }


def ask(server: Server, **body: Any) -> Any:
    return server.client.post("/api/v1/auctions/simulation", json=body)


def test_the_best_losing_price_is_the_third_of_six_even_costs(server: Server) -> None:
    found = ask(
        server, designs=[rules("first_rejected"), rules("pay_as_bid")], bidders=BIDDERS,
        behaviour="truthful", runs=4000,
    ).json()  # fmt: skip
    price = {one["design"]: one["summary"] for one in found["designs"]}
    means = {
        name: next(row["mean"] for row in rows if row["measure"] == "award_price")
        for name, rows in price.items()
    }
    # The third and the mean of the first two of six even draws: 3/7 and 1.5/7 of the range.
    assert abs(means["first-rejected"] - (30 + 30 * 3 / 7)) < 0.5
    assert abs(means["pay-as-bid"] - (30 + 30 * 1.5 / 7)) < 0.5


def test_faults_of_designs_and_bidders_are_named(server: Server) -> None:
    wrong = {**rules("uniform"), "pricing": "guess"}
    told = ask(server, designs=[wrong], bidders=BIDDERS)
    assert told.status_code == 422
    assert "designs.0.pricing" in told.text

    told = ask(server, designs=[rules("uniform")], bidders={"groups": []})
    assert "bidders.groups" in told.text

    many = {"groups": [{"bids": 301, "costs": [1], "sizes": [1]}]}
    told = ask(server, designs=[rules("uniform")], bidders=many)
    assert "more than 300 bids" in told.text
