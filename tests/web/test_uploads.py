"""An organisation's own regions: uploaded whole, seen by nobody else, planned like any other."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from web.servers import Server

from bunyad.store.models import PlanRecord

ADDRESS = "/api/v1/regions"


def zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return out.getvalue()


def send(server: Server, content: bytes, role: str = "planner"):
    return server.client.post(ADDRESS, content=content, headers=server.as_role(role))


def own(server: Server, role: str) -> list[str]:
    found = server.client.get(ADDRESS, headers=server.as_role(role)).json()
    return [one["id"] for one in found if not one["is_built_in"]]


def test_an_upload_is_seen_and_planned_by_its_organisation_only(
    server: Server, small_original: Path
) -> None:
    taken = send(server, zipped(small_original))
    assert taken.status_code == 201, taken.text
    region = taken.json()["id"]
    assert taken.json()["title"] == {"en": "Small world", "az": "Kiçik dünya"}
    assert own(server, "planner") == [region]
    for role in ("other-planner", "admin", "public", "bidder"):
        assert own(server, role) == []

    draft = {"name": "mine", "region": region}
    mine = server.client.post("/api/v1/plans", json=draft, headers=server.as_role("planner"))
    assert mine.status_code == 201
    asks = server.as_role("other-planner")
    assert server.client.post("/api/v1/plans", json=draft, headers=asks).status_code == 422
    assert server.client.delete(f"{ADDRESS}/{region}", headers=asks).status_code == 404

    again = send(server, zipped(small_original))
    assert again.status_code == 409
    used = server.client.delete(f"{ADDRESS}/{region}", headers=server.as_role("planner"))
    assert used.status_code == 409
    with server.services.database.begin() as session:
        session.query(PlanRecord).update({"region": "karabakh"})
    gone = server.client.delete(f"{ADDRESS}/{region}", headers=server.as_role("planner"))
    assert gone.status_code == 204
    assert own(server, "planner") == []
    assert not (server.services.settings.data / "regions" / region).exists()


def test_every_fault_is_told_with_its_file_and_field_and_nothing_is_kept(
    server: Server, small_folder: Path
) -> None:
    places = (small_folder / "settlements.csv").read_text().replace("Upland", "Nowhere")
    (small_folder / "settlements.csv").write_text(places)
    answer = send(server, zipped(small_folder))
    assert answer.status_code == 422
    faults = answer.json()["faults"]
    assert all(fault["where"].startswith("settlements.csv") for fault in faults)
    assert str(server.services.settings.data) not in answer.text
    assert own(server, "planner") == []
    assert list((server.services.settings.data / "uploads").iterdir()) == []


def test_a_terrain_that_no_memory_holds_is_refused(server: Server, small_folder: Path) -> None:
    yaml = (small_folder / "region.yaml").read_text("utf-8")
    yaml = yaml.replace("margin_km: 2", "margin_km: 200")
    (small_folder / "region.yaml").write_text(
        yaml.replace("cell_size_m: 1000", "cell_size_m: 50"), "utf-8"
    )
    answer = send(server, zipped(small_folder))
    assert answer.json()["faults"][0]["where"] == "region.yaml: cell_size_m"


@pytest.mark.parametrize("content", [b"", b"no zip"])
def test_what_is_no_zip_is_refused(server: Server, content: bytes) -> None:
    answer = send(server, content)
    assert answer.status_code == 422
    assert "zip" in answer.json()["faults"][0]["mend"]
