"""From a box on the map to a region folder that loads, with every service played by a recording."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import fetching
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
import weather_forms as forms
import xarray as xr
from fetching import Net, answer, geotiff, served
from ruamel.yaml import YAML
from zarr.abc.store import OffsetByteRequest, RangeByteRequest, SuffixByteRequest
from zarr.core.buffer import default_buffer_prototype

from bunyad.errors import InputError, SourceError
from bunyad.region import load_region, read_region_file
from bunyad.region.fetch import FETCHERS, Box, FetchRequest, fetch_region, services
from bunyad.region.fetch.era5 import STORE, ChunkStore

BOX = Box(west=46.6, south=39.3, east=46.9, north=39.6)
DEM30, DEM90 = (f"https://copernicus-dem-{m}m.s3.amazonaws.com/" for m in (30, 90))
COVER = "https://esa-worldcover.s3.eu-central-1.amazonaws.com/v200/2021/map/"
ATLAS = "https://globalwindatlas.info/api/gis/country/"
OVERPASS = "https://overpass-api.de/api/interpreter?data="
GEONAMES = "https://download.geonames.org/export/dump/"
WORLDPOP = "https://hub.worldpop.org/rest/data/pop/G2_CN_POP_R25A_100m?iso3=AZE"
WORLDPOP_TIF = "https://data.worldpop.org/aze.tif"
PVGIS = "https://re.jrc.ec.europa.eu/api/v5_3/"


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _slope(width: int, *, west: float, north: float, degrees: float) -> bytes:
    """A plane that rises by 1,000 m a degree to the east, from 0 at 46°."""
    lon = west + (np.arange(width) + 0.5) * degrees / width
    values = np.tile(((lon - 46) * 1_000).astype("float32"), (width, 1))
    return geotiff(values, west=west, north=north, degrees=degrees)


def _cover() -> bytes:
    """Cropland in the south, tree cover in the north, a lake in the middle."""
    values = np.full((300, 300), 40, "uint8")
    values[:150] = 10
    values[148:160, 140:180] = 80
    return geotiff(values, west=45, north=42, degrees=3, nodata=0)


def _ring(west: float, south: float, east: float, north: float) -> list[dict[str, float]]:
    ring = shapely.box(west, south, east, north).exterior.coords
    return [{"lat": lat, "lon": lon} for lon, lat in ring]


def _overpass(url: str, _headers, _range):
    """Play the Overpass server: what it answers depends on the statement."""
    query = _query(url)["data"]
    if "is_in" in query:
        tags = {"ISO3166-1:alpha2": "AZ", "ISO3166-1": "AZ"}
        return answer(json.dumps({"elements": [{"type": "area", "id": 1, "tags": tags}]}))
    if '"admin_level"="6"' in query:
        west, east = _ring(46, 39, 46.75, 40), _ring(46.75, 39, 47.5, 40)
        pieces = [west[:3], west[2:]]  # a relation's outer ring comes in pieces, some reversed
        members = [
            {"type": "way", "ref": 1, "role": "outer", "geometry": pieces[0]},
            {"type": "way", "ref": 2, "role": "outer", "geometry": pieces[1][::-1]},
            {
                "type": "way",
                "ref": 3,
                "role": "inner",
                "geometry": _ring(46.62, 39.32, 46.64, 39.34),
            },
            {"type": "node", "ref": 4, "role": "admin_centre", "lat": 39.5, "lon": 46.5},
        ]
        whole = [{"type": "way", "ref": 5, "role": "outer", "geometry": east}]
        elements = [
            {
                "type": "relation",
                "id": 1,
                "members": members,
                "tags": {"name": "Qərb", "name:en": "West"},
            },
            {
                "type": "relation",
                "id": 2,
                "members": whole,
                "tags": {"name": "Şərq", "name:en": "East"},
            },
            {"type": "relation", "id": 3, "members": [], "tags": {"name": "broken"}},
        ]
        return answer(json.dumps({"elements": elements}))
    if '"power"="substation"' in query:
        elements = [
            {"type": "node", "id": 7, "lat": 39.5, "lon": 46.7, "tags": {"voltage": "330000;110000"}},
            {"type": "way", "id": 8, "center": {"lat": 39.4, "lon": 46.8},
             "tags": {"voltage": "110000", "name": "Şimal"}},
            {"type": "way", "id": 9, "center": {"lat": 39.4, "lon": 46.8}, "tags": {"voltage": "unknown"}},
        ]  # fmt: skip
        return answer(json.dumps({"elements": elements}))
    if '"boundary"="protected_area"' in query:
        park = {
            "type": "way",
            "id": 5,
            "geometry": _ring(46.7, 39.4, 46.8, 39.5),
            "tags": {"name": "Park"},
        }
        line = {"type": "way", "id": 6, "geometry": _ring(46.7, 39.4, 46.8, 39.5)[:2], "tags": {}}
        return answer(json.dumps({"elements": [park, line]}))
    places = [{"lat": 39.4, "lon": 46.65}, {"lat": 39.5, "lon": 46.8}]
    tags = {"name": "Həkəri", "waterway": "river", "highway": "primary", "voltage": "110000"}
    way = {"type": "way", "id": 3, "geometry": places, "tags": tags}
    lonely = {"type": "way", "id": 4, "geometry": places[:1], "tags": tags}
    return answer(json.dumps({"version": 0.6, "elements": [way, lonely]}))


def _geonames_row(number: int, name: str, lat: float, lon: float, code: str, people: int) -> str:
    cells = [str(number), name, name, "", str(lat), str(lon), "P", code, "AZ", "", "00", "", "", "",
             str(people), "", "500", "Asia/Baku", "2024-05-06"]  # fmt: skip
    cells[2] = name.translate(str.maketrans("əöüŞ", "aouS"))
    return "\t".join(cells)


def _dump() -> bytes:
    rows = [
        _geonames_row(1, "Kəndli", 39.5, 46.7, "PPL", 800),
        _geonames_row(2, "Böyük Şəhər", 39.4, 46.85, "PPLA", 60_000),
        _geonames_row(3, "Empty", 39.41, 46.85, "PPL", 0),
        _geonames_row(4, "Gone", 39.42, 46.85, "PPLH", 90),
        _geonames_row(5, "Far", 41.0, 46.85, "PPL", 90),
        _geonames_row(6, "Kəndli", 39.55, 46.8, "PPL", 7_000),
    ]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("AZ.txt", "\n".join(rows) + "\n")
    return file.getvalue()


def _pvgis(url: str, _headers, _range):
    query = _query(url)
    if float(query["lat"]) == 39.25 and float(query["lon"]) == 46.5:
        text = (
            '{"message": "Location over the sea. Please, select another location", "status": 400}'
        )
        return answer(text, status=400)
    content = (
        forms.pvgis_typical() if "/tmy?" in url else forms.pvgis_hourly(int(query["startyear"]))
    )
    content["inputs"]["location"] |= {
        "latitude": float(query["lat"]),
        "longitude": float(query["lon"]),
    }
    return answer(json.dumps(content), content_type="application/json")


def _people() -> bytes:
    people = np.full((100, 100), -99_999, "float32")
    people[50, 50], people[60, 45], people[5, 5] = 1_000, 25, 7
    return geotiff(people, west=46.2, north=40, degrees=1, nodata=-99_999)


def world() -> Net:
    """Every service, for the tile around 46.75 E 39.5 N."""
    countries = "#ISO\tISO3\tISO-Numeric\tfips\tCountry\nAZ\tAZE\t031\tAJ\tAzerbaijan\nAM\tARM\t051\tAM\tArmenia\n"
    worldpop = [
        {"popyear": str(year), "iso3": "AZE", "files": [WORLDPOP_TIF]} for year in range(2015, 2031)
    ]
    return Net(
        {
            f"{DEM30}Copernicus_DSM_COG_10_N39_00_E046": served(
                _slope(360, west=46, north=40, degrees=1)
            ),
            f"{DEM90}Copernicus_DSM_COG_30_N39_00_E047": served(
                _slope(120, west=47, north=40, degrees=1)
            ),
            f"{COVER}ESA_WorldCover_10m_2021_v200_N39E045_Map.tif": served(_cover()),
            f"{ATLAS}AZE/wind-speed/100": served(
                geotiff(np.full((200, 400), 6.5, "float32"), west=45, north=41, degrees=4)
            ),
            OVERPASS: _overpass,
            f"{GEONAMES}countryInfo.txt": answer_each(countries),
            f"{GEONAMES}AZ.zip": served(_dump()),
            WORLDPOP: answer_each(json.dumps({"data": worldpop})),
            WORLDPOP_TIF: served(_people()),
            PVGIS: _pvgis,
            "https://power.larc.nasa.gov/": lambda *_: answer(json.dumps(forms.power(2019))),
            "https://archive-api.open-meteo.com/": lambda *_: answer(
                json.dumps(forms.open_meteo())
            ),
        }
    )


def answer_each(body: str):
    return lambda *_: answer(body)


def _high() -> Net:
    """The world with heights wherever somebody asks."""
    return _with(DEM30, served(_slope(100, west=40, north=50, degrees=20)))


def fetch(folder: Path, net: Net, layers: str, *, cache: Path | None = None, **fields):
    fields.setdefault("box", BOX)
    request = FetchRequest(folder=folder, layers=tuple(layers.split()), **fields)
    return fetch_region(request, fetching.client(net, cache or folder.parent / "cache"))


ALL = " ".join(FETCHERS)
TYPED = """\
horizon: {first_year: 2026, last_year: 2040}
currency: {code: AZN, per_usd: 1.7, price_year: 2024}
"""


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("fetched") / "hekeri-valley"
    report = fetch(folder, world(), ALL)
    text = (folder / "region.yaml").read_text("utf-8")
    (folder / "region.yaml").write_text(text.replace("layers:", TYPED + "layers:", 1), "utf-8")
    return folder, report


def test_a_fetched_region_loads_once_the_rest_is_typed(fetched) -> None:
    folder, report = fetched

    region = load_region(folder)

    assert region.name == "hekeri-valley"
    assert region.crs == "EPSG:32638"
    assert set(report.remaining) == {"horizon", "currency"}
    assert "first_year: First year of the plan" in report.remaining["horizon"]
    assert {layer.key for layer in region.layers} == set(FETCHERS)
    assert sorted(region.districts["name"]) == ["East", "West"]
    assert len(region.rivers) == 1
    assert list(region.substations["voltage_kv"]) == [330, 110]


def test_each_layer_says_its_source_licence_and_hash(fetched) -> None:
    folder, report = fetched

    for layer in load_region(folder).layers:
        assert layer.source.endswith("fetched 2026-01-02")
        assert layer.licence
        assert re.fullmatch("[0-9a-f]{64}", layer.sha256)
    assert {one.key: one.origin for one in load_region(folder).layers}["climate"] == "modelled"
    assert [one.key for one in report.written] == list(FETCHERS)


def test_heights_are_those_of_the_tiles(fetched) -> None:
    folder, _ = fetched
    values, bounds = fetching.read_raster(folder / "elevation.tif")
    note = read_region_file(folder).layers.elevation.note

    lon = np.linspace(bounds.left, bounds.right, values.shape[1] * 2 + 1)[1::2]
    inner = lon < 47
    np.testing.assert_allclose(values[5][inner], (lon[inner] - 46) * 1_000, atol=3)
    assert bounds.left < BOX.west - 0.1, "with the region's margin"
    assert bounds.top > BOX.north + 0.08
    assert "1 of 2 tiles from GLO-90, as GLO-30 leaves them out." in note


def test_land_cover_comes_in_igbp_classes(fetched) -> None:
    region = load_region(fetched[0])

    assert set(np.unique(region.terrain.land_cover)) == {12}, "all of the box lies in the south"


def test_the_wind_atlas_gives_the_mean_wind(fetched) -> None:
    assert float(load_region(fetched[0]).terrain.wind_speed_ms.mean()) == pytest.approx(6.5)


def test_climate_leaves_out_points_over_the_sea(fetched) -> None:
    folder, _ = fetched
    region = load_region(folder)

    assert region.climate.sizes["point"] == 8
    assert "1 points without data left out." in read_region_file(folder).layers.climate.note


def test_places_come_with_kind_district_and_people(fetched) -> None:
    region = load_region(fetched[0])
    places = region.settlements.set_index("id")

    assert list(places.index) == ["kandli", "boyuk-sahar", "kandli-6"]
    assert sorted(places["kind"]) == ["city", "town", "village"]
    assert set(places["district"]) == {"West", "East"}
    assert sorted(region.population["people"]) == [800, 7_000, 60_000]
    assert set(region.population["year"]) == {2024}


def test_people_of_worldpop_go_to_the_nearest_settlement(fetched, tmp_path: Path) -> None:
    folder, _ = fetched
    report = fetch(
        folder, world(), "population", cache=tmp_path, sources={"population": "worldpop"}
    )

    table = pd.read_csv(folder / "population.csv").set_index("settlement")["people"]

    assert table.sum() == 1_000, "25 people live far off, 7 outside of the box"
    assert "25 live over 10 km off" in read_region_file(folder).layers.population.note
    assert report.written[0].service == "worldpop"


@pytest.mark.parametrize("source", ["nasa-power", "open-meteo", "pvgis"])
def test_climate_of_a_year_from_every_service(source: str, tmp_path: Path) -> None:
    net = world()
    fetch(tmp_path / "r", net, "elevation climate", year=2019, sources={"climate": source})

    with xr.open_dataset(tmp_path / "r/climate.nc", engine="h5netcdf") as climate:
        assert climate.sizes["time"] == 8_760
        assert climate.attrs["year"] == "2019"
        assert float(climate.ghi.sum("time").mean()) == pytest.approx(
            forms.truth()["ghi"].sum(), rel=0.002
        )
    asked = [_query(url) for url in net.urls if "lat" in _query(url) or "latitude" in _query(url)]
    assert len(asked) == {"nasa-power": 6, "open-meteo": 9, "pvgis": 9}[source]


class _Files:
    """A Zarr store in memory, served file by file."""

    def __init__(self, data: xr.Dataset, folder: Path, chunks: dict[str, int]) -> None:
        encoding = {
            name: {"chunks": tuple(chunks[axis] for axis in data[name].dims)}
            for name in data.data_vars
        }
        data.to_zarr(folder, consolidated=True, zarr_format=2, encoding=encoding)
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    def __call__(self, url: str, headers, _range):
        name = url.removeprefix(STORE + "/")
        if headers.get("Authorization") != "Bearer my-key":
            return answer('{"detail": "no key"}', status=401)
        if name not in self.files:
            return answer(status=404)
        return answer(self.files[name])


def test_era5_reads_only_the_chunks_of_the_box(tmp_path: Path) -> None:
    data = forms.era5().drop_vars(["number", "expver"]).rename(valid_time="time")
    wide = xr.concat(
        [data.assign_coords(longitude=data.longitude + east) for east in (0, 10)], "longitude"
    )
    for variable in wide.variables.values():
        variable.encoding = {}
    chunks = {"time": 4_000, "latitude": 2, "longitude": 2}
    store = _Files(wide, tmp_path / "store.zarr", chunks)
    net = Net({**world().answers, STORE: store})

    fetch(
        tmp_path / "r", net, "elevation climate", year=2019,
        sources={"climate": "era5"}, secrets={"era5": "my-key"},
    )  # fmt: skip

    with xr.open_dataset(tmp_path / "r/climate.nc", engine="h5netcdf") as climate:
        assert climate.sizes["point"] == 4
        assert float(climate.ghi.mean()) == pytest.approx(forms.truth()["ghi"].mean(), rel=1e-3)
        assert "wind" not in climate.attrs["conversions"], "ERA5 knows the wind at 100 m"
    assert not any(url.endswith((".0.1",)) for url in net.urls), "the chunks 10° east are not read"
    assert "my-key" not in (tmp_path / "r/region.yaml").read_text("utf-8")


def test_era5_needs_a_key(tmp_path: Path) -> None:
    wanted = {"year": 2019, "sources": {"climate": "era5"}}
    with pytest.raises(InputError, match=r"BUNYAD_CDS_KEY: the key .* is missing"):
        fetch(tmp_path / "r", world(), "climate", **wanted)
    net = Net({**world().answers, STORE: _Files(xr.Dataset(), tmp_path / "store.zarr", {})})
    with pytest.raises(SourceError, match=r"status 401: no key\. Give a valid key"):
        fetch(tmp_path / "r", net, "climate", secrets={"era5": "wrong"}, **wanted)


def _overture(tmp_path: Path, kind: str = "segment") -> Net:
    """Two files of segments with two row groups each; one file lies elsewhere."""
    rows = []
    for at in range(40):
        lon = 46.0 + at * 0.05
        line = shapely.LineString([(lon, 39.4), (lon + 0.03, 39.5)])
        shape = line if kind == "segment" else line.buffer(0.001)
        rows.append(
            {
                "id": f"s{at}",
                "geometry": shapely.to_wkb(shape),
                "bbox": {"xmin": lon, "xmax": lon + 0.03, "ymin": 39.4, "ymax": 39.5},
                "class": "primary" if at % 2 else "footway",
                "subtype": "county" if at % 2 else "region",
                "names": {"primary": f"Road {at}", "common": [("en", f"Road {at}")]},
            }
        )
    kinds = pa.schema(
        [
            ("id", pa.string()),
            ("geometry", pa.binary()),
            (
                "bbox",
                pa.struct([(name, pa.float32()) for name in ("xmin", "xmax", "ymin", "ymax")]),
            ),
            ("class", pa.string()),
            ("subtype", pa.string()),
            (
                "names",
                pa.struct(
                    [("primary", pa.string()), ("common", pa.map_(pa.string(), pa.string()))]
                ),
            ),
        ]
    )
    segments, index = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, kinds), segments, row_group_size=10)
    box = {"xmin": 46.0, "xmax": 48.0, "ymin": 39.4, "ymax": 39.5}
    far = {"xmin": 6.0, "xmax": 8.0, "ymin": 39.4, "ymax": 39.5}
    items = [
        {"collection": kind, "type": "Feature", "bbox": place,
         "assets": {"aws-s3": {"href": f"s3://overturemaps-us-west-2/release/{name}.parquet"}}}
        for place, name in ((box, "near"), (far, "far"))
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(items), index)
    bucket = "https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com/release/"
    return Net(
        {
            "https://stac.overturemaps.org/catalog.json": answer_each('{"latest": "2026-01-01.0"}'),
            "https://stac.overturemaps.org/2026-01-01.0/collections.parquet": served(
                index.getvalue()
            ),
            f"{bucket}near.parquet": served(segments.getvalue()),
        }
    )


def test_overture_is_read_part_by_part(tmp_path: Path) -> None:
    net = _overture(tmp_path)

    fetch(tmp_path / "r", net, "roads", sources={"roads": "overture"})

    roads = gpd.read_file(tmp_path / "r/roads.geojson")
    assert set(roads["class"]) == {"primary"}
    west, _, east, _ = roads.total_bounds
    assert west > 46.4
    assert east < 47.1
    parts = [part for url, _, part in net.asked if url.endswith("near.parquet")]
    assert all(part is not None for part in parts), "never the whole file"
    assert not any("far.parquet" in url for url in net.urls)


def test_the_second_time_everything_comes_from_the_cache(tmp_path: Path) -> None:
    fetch(tmp_path / "a", world(), ALL, cache=tmp_path / "cache")
    offline = Net({PVGIS: _pvgis})

    report = fetch(tmp_path / "b", offline, ALL, cache=tmp_path / "cache")

    assert len(report.written) == len(FETCHERS)
    assert not [
        url for url in offline.urls if "lat=39.25&lon=46.5&" not in url and DEM30 not in url
    ]


def test_comments_and_other_entries_of_region_yaml_stay(small_folder: Path) -> None:
    path = small_folder / "region.yaml"
    text = path.read_text("utf-8").replace("  elevation:", "  # heights, see notes\n  elevation:")
    text = text.replace("margin_km: 2\n", "margin_km: 2  # little\n")
    path.write_text(text, "utf-8")

    report = fetch(small_folder, _high(), "elevation", box=None)

    after = path.read_text("utf-8")
    assert "# heights, see notes" in after
    assert "margin_km: 2  # little" in after
    before, now = (YAML(typ="safe").load(part) for part in (text, after))
    changed = {key for key in now["layers"] if now["layers"][key] != before["layers"][key]}
    assert changed == {"elevation"}
    assert now["layers"]["elevation"]["sha256"] == report.written[0].sha256
    assert not report.remaining


def test_a_failing_service_leaves_the_last_good_layer_and_the_others_go_on(
    small_folder: Path,
) -> None:
    net = world()
    net.answers[COVER] = lambda *_: answer("<html>down</html>", content_type="text/html")
    del net.answers[f"{COVER}ESA_WorldCover_10m_2021_v200_N39E045_Map.tif"]
    before = (small_folder / "land_cover.tif").read_bytes()
    heights = (small_folder / "elevation.tif").read_bytes()

    with pytest.raises(SourceError) as refused:
        fetch(small_folder, net, "elevation land_cover")

    assert (small_folder / "land_cover.tif").read_bytes() == before
    assert (small_folder / "elevation.tif").read_bytes() != heights
    assert "land_cover: worldcover (https://esa-worldcover" in str(refused.value)
    assert "it answered a web page: down" in str(refused.value)
    assert "Fetched and written: elevation." in str(refused.value)
    assert not list(small_folder.glob(".*")), "nothing half-written"
    assert read_region_file(small_folder).layers.elevation.sha256


def test_a_changed_file_is_noticed_when_the_region_is_read(
    tmp_path: Path, small_folder: Path
) -> None:
    fetch(small_folder, _high(), "elevation", box=None)
    path = small_folder / "elevation.tif"
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(
        InputError,
        match=r"layers\.elevation\.sha256: elevation\.tif is not the file that was noted",
    ):
        load_region(small_folder)


def _without(*starts: str, **put) -> Net:
    net = world()
    for start in starts:
        net.answers = {
            key: value for key, value in net.answers.items() if not key.startswith(start)
        }
    return net


def _with(start: str, given) -> Net:
    net = _without(start)
    net.answers[start] = given
    return net


def _empty(*_args):
    return answer('{"elements": []}')


FAULTS = {
    "a box in the sea": (
        "elevation", lambda: _without(DEM30, DEM90), {}, "copernicus-dem .* there is no tile of the box",
    ),
    "no land cover": ("land_cover", lambda: _without(COVER), {}, "worldcover .* there is no tile"),
    "a tile that is none": (
        "elevation", lambda: _with(DEM30, answer_each("II*\x00 rotten")), {}, "no readable GeoTIFF",
    ),
    "wind elsewhere": (
        "wind_speed",
        lambda: _with(
            ATLAS, served(geotiff(np.ones((9, 9), "float32"), west=0, north=9, degrees=9))
        ),
        {}, "the maps of AZE have no value in the box",
    ),
    "an overloaded Overpass": (
        "rivers",
        lambda: _with(OVERPASS, answer_each('{"elements": [], "remark": "runtime error: timed out"}')),
        {}, "it broke off: runtime error: timed out",
    ),
    "no rivers": ("rivers", lambda: _with(OVERPASS, _empty), {}, "it has no rivers in the box"),
    "no districts": (
        "districts", lambda: _with(OVERPASS, _empty), {"admin_level": 9}, "no boundary of level 9",
    ),
    "no substations": (
        "districts substations", lambda: _with(OVERPASS, _empty),
        {"sources": {"districts": "box"}}, "no substation with a voltage",
    ),
    "no country": (
        "wind_speed", lambda: _with(OVERPASS, _empty), {}, "no country touches the box",
    ),
    "an empty table of countries": (
        "wind_speed", lambda: _with(f"{GEONAMES}countryInfo.txt", answer_each("#")), {},
        "the table of countries is empty",
    ),
    "a damaged dump": (
        "districts settlements", lambda: _with(f"{GEONAMES}AZ.zip", answer_each("PK\x03\x04x")), {},
        "the zip file is damaged",
    ),
    "no people": (
        "districts settlements population", lambda: _with(WORLDPOP, answer_each('{"data": []}')),
        {"sources": {"population": "worldpop"}}, "it has no file of 2030",
    ),
    "climate nowhere": (
        "climate", lambda: _with(PVGIS, lambda *_: answer('{"message": "sea"}', status=400)), {},
        "it has no data at any of 9 points",
    ),
    "climate in another form": (
        "climate", lambda: _with(PVGIS, answer_each('{"outputs": {}}')), {},
        "the service has changed its form",
    ),
    "no release": (
        "roads", lambda: Net({"https://stac.overturemaps.org/catalog.json": answer_each("{}")}),
        {"sources": {"roads": "overture"}}, "it names no latest release",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_of_a_service_says_what_where_and_what_to_do(case: str, tmp_path: Path) -> None:
    layers, net, fields, message = FAULTS[case]

    with pytest.raises((SourceError, InputError), match=message) as refused:
        fetch(tmp_path / "r", net(), layers, **fields)

    assert str(refused.value).rstrip().endswith(".")
    assert not (tmp_path / "r" / FETCHERS[layers.split()[-1]].file).exists()


WRONG = {
    "no layer": ({"layers": ""}, "no layer is named"),
    "an unknown layer": ({"layers": "soil"}, "there is no layer 'soil' to fetch"),
    "an unknown source": (
        {"layers": "climate", "sources": {"climate": "moon"}},
        "climate cannot come from 'moon'. Give one of pvgis, nasa-power, open-meteo, era5",
    ),
    "a source of no layer": (
        {"layers": "climate", "sources": {"soil": "x"}},
        "give a layer of".capitalize(),
    ),
    "a wrong name": ({"layers": "climate", "name": "My Region"}, "the name is 'My Region'"),
    "no box": ({"layers": "climate", "box": None}, "a new region needs a box"),
    "an unknown country": (
        {"layers": "wind_speed", "countries": ("XX",)},
        "there is no country XX",
    ),
    "no year": (
        {"layers": "climate", "sources": {"climate": "nasa-power"}},
        "nasa-power has no typical year",
    ),
    "too many points": (
        {"layers": "climate", "box": Box(west=0, south=0, east=20, north=20)},
        "6561 climate points of pvgis, more than 400",
    ),
    "settlements without districts": ({"layers": "settlements"}, "the districts are missing"),
    "population without settlements": ({"layers": "population"}, "the settlements are missing"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_is_refused(case: str, tmp_path: Path) -> None:
    fields, message = WRONG[case]

    with pytest.raises(InputError, match=re.escape(message)):
        fetch(tmp_path / "r", world(), **fields)


def test_a_folder_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "region.yaml").write_text("layers: [", "utf-8")
    with pytest.raises(InputError, match="the file cannot be read"):
        fetch(tmp_path, world(), "elevation")
    (tmp_path / "region.yaml").write_text("margin_km: wide\n", "utf-8")
    with pytest.raises(InputError, match="margin_km is 'wide'"):
        fetch(tmp_path, world(), "elevation")
    (tmp_path / "region.yaml").write_text("- a\n", "utf-8")
    with pytest.raises(InputError, match="it holds no fields"):
        fetch(tmp_path, world(), "elevation")
    (tmp_path / "region.yaml").write_text("name: x\n", "utf-8")
    with pytest.raises(InputError, match="no districts to take the box from"):
        fetch(tmp_path, world(), "elevation", box=None)


@pytest.mark.parametrize(
    "corners", [(47, 39, 46, 40), (46, 40, 47, 39), (170, 0, 190, 1), (0, 80, 1, 91)]
)
def test_a_box_that_is_none_is_refused(corners: tuple[float, ...]) -> None:
    west, south, east, north = corners
    with pytest.raises(InputError, match="the box is"):
        Box(west=west, south=south, east=east, north=north)


def test_tiles_and_points_cover_the_box_on_both_sides_of_zero() -> None:
    box = Box(west=-0.4, south=-0.3, east=0.2, north=0.1)

    assert set(box.tiles(1)) == {(-1, -1), (-1, 0), (0, -1), (0, 0)}
    assert set(box.tiles(3)) == {(-3, -3), (-3, 0), (0, -3), (0, 0)}
    lats, lons = zip(*box.points(0.25), strict=True)
    assert (min(lats), max(lats), min(lons), max(lons)) == (-0.5, 0.25, -0.5, 0.25)
    assert box.utm_crs() == "EPSG:32730"


def test_a_projection_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="EPSG:1 is no known projection"):
        fetch(tmp_path / "r", world(), "elevation", crs="EPSG:1")


def test_districts_of_overture_carry_the_names_of_the_house(tmp_path: Path) -> None:
    net = _overture(tmp_path, kind="division_area")

    fetch(tmp_path / "r", net, "districts", sources={"districts": "overture"})

    districts = gpd.read_file(tmp_path / "r/districts.geojson")
    assert set(districts.columns) >= {"name", "name_local", "economic_region"}
    assert districts.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    west, _, east, _ = districts.total_bounds
    assert west >= BOX.west - 1e-6
    assert east <= BOX.east + 1e-6


def test_a_damaged_file_of_overture_is_told_of(tmp_path: Path) -> None:
    net = _overture(tmp_path)
    bucket = "https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com/release/near.parquet"
    net.answers[bucket] = served(b"PAR1 rotten " * 100)

    with pytest.raises(SourceError, match="the file is no readable GeoParquet"):
        fetch(tmp_path / "r", net, "roads", sources={"roads": "overture"})
    with pytest.raises(SourceError, match="it lists no segment in the box"):
        fetch(
            tmp_path / "s", _overture(tmp_path), "roads", sources={"roads": "overture"},
            box=Box(west=20, south=20, east=21, north=21),
        )  # fmt: skip


def test_the_zarr_store_can_be_read_but_not_changed(tmp_path: Path) -> None:
    prototype = default_buffer_prototype()
    net = Net({"https://zarr.example/a/x": answer_each("0123456789")})
    store = ChunkStore(
        fetching.client(net, tmp_path), services()["era5"], "https://zarr.example/a", ""
    )

    async def read() -> list[bytes | None]:
        parts = [None, RangeByteRequest(2, 4), OffsetByteRequest(8), SuffixByteRequest(3)]
        found = await store.get_partial_values(prototype, [("x", part) for part in parts])
        found.append(await store.get("y", prototype))
        assert await store.exists("x")
        assert [key async for key in store.list()] == []
        assert [key async for key in store.list_dir("")] == []
        assert [key async for key in store.list_prefix("")] == []
        with pytest.raises(PermissionError, match="read-only"):
            await store.set("x", prototype.buffer.from_bytes(b""))
        with pytest.raises(PermissionError, match="read-only"):
            await store.delete("x")
        return [None if part is None else part.to_bytes() for part in found]

    # In a thread of its own: the browser's tests keep a loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as aside:
        found = aside.submit(asyncio.run, read()).result()
    assert found == [b"0123456789", b"23", b"89", b"789", None]
    assert [store.supports_writes, store.supports_deletes, store.supports_listing] == [False] * 3
    assert store != "another"
