"""Link budgets against the formulas that the data cite."""

from __future__ import annotations

from importlib import resources
from math import atan, degrees, log10, sqrt

import numpy as np
import pandas as pd
import pytest

from bunyad.connect.radio import free_space_loss_db, radios


@pytest.mark.parametrize("radio", radios(), ids=lambda radio: radio.technology)
def test_clutter_and_entry_losses_are_those_of_the_recommendations(radio):
    ghz = radio.frequency_mhz / 1e3
    above = 10 - 1.5
    v = 0.342 * sqrt(ghz) * sqrt(above * degrees(atan(above / 27)))
    edge = 6.9 + 20 * log10(sqrt((v - 0.1) ** 2 + 1) + v - 0.1)

    assert radio.clutter_db == pytest.approx(edge - 6.03, abs=0.06)
    assert radio.home_entry_db == pytest.approx(
        12.64 + 3.72 * log10(ghz) + 0.96 * log10(ghz) ** 2, abs=0.06
    )


def test_the_weaker_direction_decides():
    links = {radio.technology: radio.link_db for radio in radios()}

    # LTE: 23 dBm + 15 dBi + 101.5 dBm up, against 46 + 15 + 94 down.
    assert links["lte_800"] == pytest.approx(139.5)
    # LoRaWAN: 16 dBm EIRP + 137 dBm down, against 14 + 3 + 137 up.
    assert links["lorawan_868"] == pytest.approx(153)


def test_the_sensitivity_of_lorawan_is_noise_plus_figure_plus_threshold():
    noise = -174 + 10 * log10(125e3) + 6 - 20

    assert noise == pytest.approx(-137, abs=0.1)


def test_places_that_are_harder_to_reach_bear_less_loss():
    for radio in radios():
        allowed = [
            radio.allowed_loss_db(p, shadow_margin_db=9) for p in ("outdoors", "vehicle", "home")
        ]
        assert allowed == sorted(allowed, reverse=True)


def test_free_space_loss_is_that_of_p_525():
    loss = free_space_loss_db(np.array([1.0, 7.0]), frequency_mhz=800)

    assert loss == pytest.approx(32.4 + 20 * log10(800) + 20 * np.log10([1.0, 7.0]), abs=0.06)


def test_every_value_names_its_source():
    path = resources.files("bunyad.connect.radio").joinpath("data", "technologies.csv")
    with path.open("rb") as file:
        table = pd.read_csv(file)

    assert table.notna().all().all()
    assert (table.groupby("technology").size() == table["name"].nunique()).all()
