"""
What OGC API Features 1.0 (OGC 17-069r4) asks of a server, requirement by requirement.

The names in the tests' first lines are those of the standard's requirements classes.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
from openapi_spec_validator import validate
from web.servers import Server

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


class Asker:
    """Asks for the layers of one plan."""

    def __init__(self, layered: tuple[Server, str]) -> None:
        self.server, plan = layered
        self.root = f"/api/v1/plans/{plan}/ogc"
        self.plan = plan

    def ask(self, address: str = "", **how: Any) -> Any:
        path = address if address.startswith("http") else self.root + address
        return self.server.client.get(path, **how)

    def all(self, address: str) -> list[dict[str, Any]]:
        return self.ask(address).json()["features"]


@pytest.fixture
def asker(layered: tuple[Server, str]) -> Asker:
    return Asker(layered)


@pytest.fixture
def names(asker: Asker) -> list[str]:
    return [one["id"] for one in asker.ask("/collections").json()["collections"]]


@pytest.fixture
def projects(made: Any) -> gpd.GeoDataFrame:
    return gpd.read_file(made / "plan" / "plan.gpkg", layer="projects")


def links(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["rel"]: one for one in body["links"]}


def test_the_landing_page_leads_to_description_conformance_and_data(asker: Asker) -> None:
    """root-op, root-success."""
    answer = asker.ask()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    for rel in ("service-desc", "conformance", "data"):
        assert asker.ask(links(answer.json())[rel]["href"]).status_code == 200


def test_the_description_is_valid_openapi_and_names_every_layer(
    asker: Asker, names: list[str]
) -> None:
    """api-definition-op, api-definition-success, oas30."""
    link = links(asker.ask().json())["service-desc"]
    answer = asker.ask(link["href"])
    assert answer.headers["content-type"] == link["type"]
    document = answer.json()
    validate(document)
    for name in names:
        assert f"/collections/{name}/items" in document["paths"]


def test_limit_box_and_time_are_described_as_the_standard_says(asker: Asker) -> None:
    """fc-limit-definition, fc-bbox-definition, fc-time-definition."""
    operation = asker.ask("/api").json()["paths"]["/collections/projects/items"]["get"]
    named = {one["name"]: one for one in operation["parameters"]}
    assert named["limit"]["schema"]["minimum"] == 1
    assert named["limit"]["schema"]["maximum"] >= named["limit"]["schema"]["default"]
    assert named["bbox"]["schema"]["minItems"] == 4
    assert named["bbox"]["schema"]["maxItems"] == 6
    assert named["datetime"]["schema"] == {"type": "string"}
    for one in named.values():
        assert (one["in"], one["required"], one["style"], one["explode"]) == (
            "query", False, "form", False,
        )  # fmt: skip


def test_the_classes_kept_are_declared(asker: Asker) -> None:
    """conformance-op, conformance-success."""
    kept = asker.ask("/conformance").json()["conformsTo"]
    assert CORE in kept
    assert CORE.replace("core", "geojson") in kept


def test_every_layer_is_listed_with_its_links_and_extent(asker: Asker, names: list[str]) -> None:
    """fc-md-op, fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, fc-md-extent."""
    body = asker.ask("/collections").json()
    assert links(body)["self"]["type"] == "application/json"
    assert {"settlements", "networks", "sites", "projects", "hazards"} <= set(names)
    for layer in body["collections"]:
        west, south, east, north = layer["extent"]["spatial"]["bbox"][0]
        assert west < east
        assert south < north
        assert layer["extent"]["spatial"]["crs"] == CRS84
        assert CRS84 in layer["crs"]
        assert links(layer)["items"]["type"] == "application/geo+json"


def test_a_layer_says_of_itself_what_the_list_says(asker: Asker) -> None:
    """sfc-md-op, sfc-md-success."""
    for layer in asker.ask("/collections").json()["collections"]:
        assert asker.ask(links(layer)["self"]["href"]).json() == layer


def test_features_of_every_layer_are_geojson_in_longitude_and_latitude(
    asker: Asker, names: list[str]
) -> None:
    """fc-op, fc-response, fc-links, fc-rel-type, fc-numberMatched, fc-numberReturned, geojson."""
    for name in names:
        answer = asker.ask(f"/collections/{name}/items?limit=5")
        assert answer.headers["content-type"] == "application/geo+json"
        body = answer.json()
        assert body["type"] == "FeatureCollection"
        assert body["numberReturned"] == len(body["features"]) <= 5
        assert body["numberMatched"] >= body["numberReturned"]
        assert all(one.get("type") for one in body["links"])
        for feature in body["features"]:
            assert feature["type"] == "Feature"
            assert {"id", "geometry", "properties"} <= set(feature)


def test_pages_follow_each_other_without_gap_or_repeat(
    asker: Asker, projects: gpd.GeoDataFrame
) -> None:
    """fc-limit-response-1, next links."""
    address, found = "/collections/projects/items?limit=3", []
    while address:
        body = asker.ask(address).json()
        found += [one["id"] for one in body["features"]]
        address = links(body).get("next", {}).get("href", "")
    assert found == projects["id"].tolist()


def test_a_limit_above_the_most_is_no_error(asker: Asker, projects: gpd.GeoDataFrame) -> None:
    """fc-limit-response-1."""
    answer = asker.ask("/collections/projects/items?limit=1000000")
    assert answer.json()["numberReturned"] == len(projects)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_box_leaves_what_touches_it(asker: Asker, made: Any, share: float) -> None:
    """fc-bbox-response."""
    for layer in ("settlements", "networks", "districts"):
        frame = gpd.read_file(made / "plan" / "plan.gpkg", layer=layer)
        west, south, east, north = frame.total_bounds
        box = (west, south, west + share * (east - west), south + share * (north - south))
        body = asker.ask(f"/collections/{layer}/items?bbox={','.join(map(str, box))}").json()
        assert body["numberMatched"] == len(frame.cx[box[0] : box[2], box[1] : box[3]])
        high = (*box[:2], 0, *box[2:], 9)
        text = ",".join(map(str, high))
        again = asker.ask(f"/collections/{layer}/items?bbox={text}").json()
        assert again["features"] == body["features"]


def test_a_box_across_the_date_line_is_two_boxes(asker: Asker) -> None:
    """fc-bbox-response."""
    assert asker.ask("/collections/settlements/items?bbox=170,-90,-170,90").json()["features"] == []
    wide = asker.ask("/collections/settlements/items?bbox=0,-90,-170,90").json()
    assert (
        wide["numberMatched"] == asker.ask("/collections/settlements/items").json()["numberMatched"]
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2028-06-01T00:00:00Z", 2028, 2028),
        ("2027-01-01T00:00:00Z/2028-12-31T00:00:00Z", 2027, 2028),
        ("../2026-12-31T00:00:00Z", 0, 2026),
        ("2030-01-01T00:00:00Z/..", 2030, 9999),
        ("2030-01-01T00:00:00Z/", 2030, 9999),
        ("2028-12-31T23:59:59.5-00:00", 2028, 2028),
        ("2029-01-01", 2029, 2029),
    ],
)
def test_a_time_leaves_what_is_built_then(
    asker: Asker, projects: gpd.GeoDataFrame, text: str, first: int, last: int
) -> None:
    """fc-time-response."""
    body = asker.ask("/collections/projects/items", params={"datetime": text, "limit": 999}).json()
    is_there = (projects["start"] <= last) & (projects["finish"] >= first)
    assert [one["id"] for one in body["features"]] == projects["id"][is_there].tolist()


def test_layers_without_a_time_do_not_lose_anything_by_one(asker: Asker) -> None:
    """fc-time-response."""
    whole = asker.ask("/collections/settlements/items").json()
    some = asker.ask("/collections/settlements/items?datetime=1990-01-01T00:00:00Z").json()
    assert some["features"] == whole["features"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "limit=-1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=0,5,1,4", "bbox=1,2,3,nan",
     "datetime=yesterday", "datetime=../..", "datetime=2030-01-01/2029-01-01", "nobody=knows",
     "datetime=2030-01-01/2031-01-01/2032-01-01", "f=xml", "capex_usd=dear", "offset=-1"],
)  # fmt: skip
def test_what_cannot_be_read_or_is_unknown_is_refused_with_400(asker: Asker, query: str) -> None:
    """query-param-unknown, query-param-invalid."""
    answer = asker.ask(f"/collections/projects/items?{query}")
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["where"].startswith("query")


@pytest.mark.parametrize("path", ["", "/conformance", "/api", "/collections",
                                  "/collections/sites", "/collections/sites/queryables",
                                  "/collections/sites/items/x"])  # fmt: skip
def test_unknown_parameters_are_refused_everywhere(asker: Asker, path: str) -> None:
    """query-param-unknown."""
    assert asker.ask(f"{path}?nobody=knows").status_code == 400
    assert asker.ask(f"{path}?f=json").status_code in (200, 404)


@pytest.mark.parametrize(
    ("layer", "column"),
    [
        ("projects", "kind"),
        ("projects", "start"),
        ("sites", "is_existing"),
        ("sites", "capacity_mw"),
    ],
)
def test_columns_choose_features(asker: Asker, made: Any, layer: str, column: str) -> None:
    """fc-filters, queryables-query-parameters."""
    frame = gpd.read_file(made / "plan" / "plan.gpkg", layer=layer)
    for value, count in frame[column].value_counts().items():
        text = str(value).lower() if isinstance(value, bool) else value
        body = asker.ask(f"/collections/{layer}/items", params={column: text}).json()
        assert body["numberMatched"] == count
        assert {one["properties"][column] for one in body["features"]} == {value}


def test_yes_and_no_are_given_as_true_and_false(asker: Asker) -> None:
    """query-param-invalid."""
    assert asker.ask("/collections/sites/items?is_existing=perhaps").status_code == 400


def test_a_feature_is_found_by_its_identifier(asker: Asker, projects: gpd.GeoDataFrame) -> None:
    """f-op, f-success, f-links."""
    wanted = projects["id"].iloc[0]
    answer = asker.ask(f"/collections/projects/items/{wanted}")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["id"] == body["properties"]["id"] == wanted
    assert {"self", "collection"} <= set(links(body))
    for link in links(body).values():
        assert asker.ask(link["href"]).status_code == 200


@pytest.mark.parametrize(
    "path", ["/collections/none", "/collections/none/items", "/collections/sites/items/none"]
)
def test_what_is_not_there_is_not_found(asker: Asker, path: str) -> None:
    """http, status 404."""
    assert asker.ask(path).status_code == 404


def test_what_has_not_changed_is_not_sent_again(asker: Asker) -> None:
    for path in ("", "/collections", "/collections/sites/items", "/api"):
        tag = asker.ask(path).headers["etag"]
        again = asker.ask(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


def test_columns_say_what_they_mean_and_in_which_unit(asker: Asker, names: list[str]) -> None:
    """Queryables of part 3."""
    for layer in asker.ask("/collections").json()["collections"]:
        answer = asker.ask(links(layer)[QUERYABLES]["href"])
        assert answer.headers["content-type"] == "application/schema+json"
        columns = answer.json()["properties"]
        feature = asker.all(f"/collections/{layer['id']}/items?limit=1")
        if feature:
            assert set(feature[0]["properties"]) == set(columns) - {"geometry"}
    assert asker.ask("/collections/sites/queryables").json()["properties"]["capacity_mw"] == {
        "title": "Most that can be built", "type": "number", "x-ogc-unit": "MW",
    }  # fmt: skip


def test_layers_of_a_private_plan_are_hidden_like_the_plan(layered: tuple[Server, str]) -> None:
    server, _ = layered
    plan = server.plan()
    for path in ("", "/conformance", "/api", "/collections", "/collections/sites/items"):
        for role in ("public", "other-planner", "bidder", "operator"):
            answer = server.client.get(
                f"/api/v1/plans/{plan}/ogc{path}", headers=server.as_role(role)
            )
            assert answer.status_code == 404


def test_a_shared_link_opens_the_layers_and_every_link_carries_it_on(
    layered: tuple[Server, str], made: Any
) -> None:
    import shutil

    server, _ = layered
    plan = server.plan()
    data = server.services.settings.data
    shutil.copytree(made / "plan", data / "plans" / plan, dirs_exist_ok=True)
    asks = server.as_role("planner")
    url = server.client.post(f"/api/v1/plans/{plan}/share", headers=asks).json()["url"]
    share = url.partition("share=")[2]
    body = server.client.get(f"/api/v1/plans/{plan}/ogc?share={share}").json()
    for link in body["links"]:
        assert server.client.get(link["href"]).status_code == 200
    page = server.client.get(
        f"/api/v1/plans/{plan}/ogc/collections/projects/items?limit=1&share={share}"
    ).json()
    assert server.client.get(links(page)["next"]["href"]).status_code == 200


def test_a_plan_that_has_not_been_made_has_no_layers(layered: tuple[Server, str]) -> None:
    server, _ = layered
    plan = server.plan(is_public=True)
    assert server.client.get(f"/api/v1/plans/{plan}/ogc").status_code == 404
