"""Places on the page: what is packed, and the sky that the page draws from it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pvlib import solarposition
from report.test_browser import open_page

from bunyad.report.places import OUTPUT_STEP, pack_bytes, place_data, site_curves

YEAR = 2019


def unpack(packed: dict[str, Any], count: int) -> np.ndarray:
    """Undo `pack_bytes` by adding up differences, one byte after the other."""
    raw = zlib.decompress(base64.b64decode(packed["data"]))
    columns = [raw[first : first + count] for first in range(0, len(raw), count)]
    rows = []
    for column in columns:
        value, values = 0, []
        for change in column:
            value = (value + change) % 256
            values.append(value * packed["step"])
        rows.append(values)
    return np.array(rows).T


@given(arrays(float, (5, 3), elements=st.floats(-5, 90)))
def test_packed_numbers_come_back_within_half_a_step(values: np.ndarray) -> None:
    packed = pack_bytes(values, 0.25)

    back = unpack(packed, 5)
    assert np.abs(back - np.clip(values, 0, None)).max() <= packed["step"] / 2 + 1e-9


def test_places_travel_with_their_spacing(plan) -> None:
    data = place_data(plan)

    assert data["count"] == len(data["lat"]) == plan.potential.places.sizes["place"]
    assert data["spacing_m"] == 5_000
    angles = unpack(data["horizon"], data["count"])
    np.testing.assert_allclose(angles, plan.potential.places["horizon"], atol=0.13)


def test_a_plan_without_places_says_so(plan) -> None:
    bare = replace(plan, potential=replace(plan.potential, places=xr.Dataset()))

    assert place_data(bare) == {"count": 0}


def test_duration_curves_fall_and_hold_the_energy_of_their_site(plan) -> None:
    curves = site_curves(plan)
    for number, site in enumerate(plan.potential.sites["id"]):
        curve = np.frombuffer(base64.b64decode(curves["sites"][site]["curve"]), np.uint8)
        output = curve * OUTPUT_STEP
        mean = float(plan.potential.profiles[number].mean())

        assert (np.diff(output) <= 0).all()
        assert np.trapezoid(output, dx=0.01) == pytest.approx(mean, abs=0.01)
    assert set(curves["technologies"]) == {"solar", "wind", "hydro"}


@pytest.fixture(scope="module")
def page(browser: Any, report_file: Any) -> Iterator[Any]:
    opened, said, _ = open_page(browser, report_file)
    yield opened
    opened.context.close()
    assert not said


def far_apart(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference of two directions [°]."""
    return float(np.abs((first - second + 180) % 360 - 180).max())


@pytest.mark.browser
@pytest.mark.parametrize(("lat", "lon"), [(39.33, 47.05), (-33.9, 18.4), (60.2, 24.9)])
def test_the_sun_stands_where_pvlib_has_it(page: Any, lat: float, lon: float) -> None:
    times = pd.date_range(f"{YEAR}-01-01", f"{YEAR}-12-31", freq="131min", tz="UTC")
    moments = [int(time.timestamp() * 1_000) for time in times]
    seen = page.evaluate(
        "([moments, lat, lon]) => moments.map((moment) => sky.at(moment, lat, lon))",
        [moments, lat, lon],
    )
    known = solarposition.get_solarposition(times, lat, lon)

    height = np.array([spot["height"] for spot in seen])
    assert np.abs(height - known["elevation"].to_numpy()).max() < 0.02
    low = known["elevation"].to_numpy() < 70
    azimuth = np.array([spot["azimuth"] for spot in seen])
    assert far_apart(azimuth[low], known["azimuth"].to_numpy()[low]) < 0.05


@pytest.mark.browser
def test_hours_lost_are_those_that_pvlib_puts_behind_the_skyline(page: Any) -> None:
    angles = [float(value) for value in 3 + 20 * np.cos(np.radians(np.arange(36) * 10 - 250)) ** 2]
    lat, lon, north = 39.6, 46.2, 2.0
    found = page.evaluate(
        "([angles, lat, lon, gridNorth, year]) => sky.hidden({angles, lat, lon, gridNorth, year})",
        [angles, lat, lon, north, YEAR],
    )
    times = pd.date_range(f"{YEAR}-01-01", f"{YEAR + 1}-01-01", freq="10min", tz="UTC")[:-1]
    sun = solarposition.get_solarposition(times + pd.Timedelta(minutes=5), lat, lon)
    step = (sun["azimuth"].to_numpy() - north) % 360 / 10
    first = step.astype(int) % 36
    rise = np.tan(np.radians(angles))
    part = step - np.floor(step)
    skyline = np.degrees(np.arctan((1 - part) * rise[first] + part * rise[(first + 1) % 36]))
    height = sun["elevation"].to_numpy()
    behind = pd.Series((height > 0) & (height < skyline)).groupby(times.month.to_numpy()).sum() / 6

    assert [row["lost"] for row in found] == pytest.approx(behind.to_list(), abs=1)


@pytest.mark.browser
@pytest.mark.parametrize("lat", [40.0, -33.0])
def test_height_over_an_azimuth_undoes_the_way_of_the_sun(page: Any, lat: float) -> None:
    worst = page.evaluate(
        """(lat) => Math.max(...d3.range(0, 864e5, 6e5).map((ms) => {
          const moment = Date.UTC(2019, 5, 21) + ms;
          const spot = sky.at(moment, lat, 10);
          if (spot.height < 1) return 0;
          return Math.abs(sky.heightAt(spot.azimuth, sky.place(moment).declination * 180 / Math.PI, lat) - spot.height);
        }))""",
        lat,
    )
    assert worst < 1e-6


@pytest.mark.browser
def test_a_click_on_land_draws_the_nearest_place(page: Any, plan: Any) -> None:
    places = plan.potential.places
    lat, lon = (float(places[name][7]) for name in ("lat", "lon"))
    page.evaluate(f"atlas.selectLand({{lat: {lat}, lng: {lon}}})")

    assert page.evaluate("place.current.index") == 7
    seen = page.evaluate("place.current.angles")
    assert seen == pytest.approx(places["horizon"][7].to_numpy(), abs=0.13)
    days = page.evaluate("place.current.days")
    assert days["solar"] == pytest.approx(places["solar_output"][7].to_numpy().ravel(), abs=0.0021)
    assert days["wind"] == pytest.approx(places["wind_output"][7].to_numpy().ravel(), abs=0.0021)
    assert "5.0 km apart" in page.locator("#place-note").inner_text()
    assert page.locator("#chart-horizon svg").count() == 1
    assert not page.locator("#chart-site").is_visible()


@pytest.mark.browser
def test_a_site_shows_its_own_hours_and_duration(page: Any) -> None:
    page.evaluate("atlas.show('wind-upland-1')")

    assert "Upland 1" in page.locator("#place-title").inner_text()
    assert page.locator("#chart-site svg").count() == 1
    assert list(page.evaluate("place.current.days")) == ["wind"]
    facts = page.locator("#facts").inner_text()
    assert "P75" in facts
    assert "P90" in facts


@pytest.mark.browser
def test_a_settlement_leads_to_its_sky_by_keyboard(page: Any) -> None:
    page.locator("#find").select_option(label="Eastfield")
    link = page.get_by_role("link", name="Sun, wind and horizon here")
    link.focus()
    page.keyboard.press("Enter")

    assert page.locator("#place-title").inner_text() == "Sun and wind: Eastfield"
    assert page.evaluate("document.getElementById('place').getBoundingClientRect().top") < 300


@pytest.mark.browser
def test_far_from_every_place_the_page_keeps_silent(page: Any) -> None:
    page.evaluate("atlas.selectLand({lat: 41.5, lng: 49})")

    assert "too far" in page.locator("#place-note").inner_text()
    assert not page.locator("#chart-horizon").is_visible()
    page.evaluate("atlas.show('riverton')")
    assert page.locator("#chart-horizon").is_visible()


@pytest.mark.browser
def test_sites_are_drawn_with_p50_p75_and_p90(page: Any, plan: Any) -> None:
    page.locator("#chart-certainty summary").click()
    text = page.locator("#chart-certainty table").inner_text()

    for word in ("P50", "P75", "P90"):
        assert word in text
    assert page.locator("#chart-certainty tbody tr").count() == len(plan.potential.sites)
