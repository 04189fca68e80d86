"""Commands of a living place: from a plan folder to entities, readings and a gateway."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from lot_plans import auctioned_plan, write_auctioned_plan
from ports import free_port, running_mosquitto, wait_for_port

import bunyad.cli  # noqa: F401  (registers the commands)
from bunyad.cli.app import DONE, USER_ERROR, app
from bunyad.errors import BunyadError, InputError
from bunyad.operate.village.expected import expected_values
from bunyad.operate.village.folder import list_settlements, read_village
from bunyad.operate.village.vocabulary import check_entity
from bunyad.store.results import save_result

BILL = [
    ("southbank", "street light with Wi-Fi and sensors", 12, "lights"),
    ("southbank", "smart electricity meter", 20, "meters"),
    ("southbank", "smart water meter", 20, "meters"),
    ("southbank", "roof solar panels of a house", 100, "kW"),
    ("southbank", "waste level sensor", 2, "sensors"),
    ("southbank", "environmental sensor station of the centre", 1, "stations"),
    ("southbank", "public car charger", 1, "points"),
]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan folder whose village Southbank has smart systems and twenty homes."""
    folder = write_auctioned_plan(tmp_path_factory.mktemp("village") / "plan")
    made = auctioned_plan().settlements
    places = made.places.copy()
    places.loc[places["id"] == "southbank", "homes"] = 20
    save_result(made, folder / ".stages" / "settle")
    places.to_parquet(folder / ".stages" / "settle" / "places.parquet")
    bill = pd.DataFrame(BILL, columns=["settlement", "system", "quantity", "unit"])
    bill.assign(unit_cost_usd=1.0, cost_usd=1.0).to_csv(folder / "tables" / "smart_systems.csv")
    return folder


class Run:
    """Runs a command in this process and returns what it printed, or what it refused."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        try:
            app(
                ["operate", *words],
                exit_on_error=False,
                print_error=False,
                result_action="return_value",
            )
        except BunyadError as error:
            if code != USER_ERROR:
                raise
            return str(error)
        assert code == DONE
        return self._capsys.readouterr().out


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def told(plan: Path, small_original: Path) -> tuple[str, ...]:
    return (str(plan), "--settlement", "southbank", "--region", str(small_original))


def test_a_village_is_read_from_its_plan_folder(plan: Path, small_original: Path) -> None:
    village = read_village(plan, "southbank", region=small_original)

    assert list_settlements(plan) == ("southbank",)
    assert village.homes == 20
    assert village.roof_kwp == 100
    assert village.substation == "bus-oldtown"
    assert sum(each.sum() for each in village.demand_kw.values()) == pytest.approx(
        900 * 1_900, rel=1e-4
    )
    assert village.pv_kw_per_kwp.shape == village.air_c.shape == (8760,)


def test_a_folder_that_is_no_plan_and_a_place_without_systems_are_refused(
    plan: Path, small_original: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="it is no plan folder"):
        read_village(tmp_path, "southbank")
    with pytest.raises(InputError, match=r"Give one of southbank\."):
        read_village(plan, "riverton", region=small_original)
    with pytest.raises(InputError, match="small"):
        expected_values(plan, "southbank")


def test_entities_are_written_to_a_file_that_any_broker_takes(
    run: Run, plan: Path, small_original: Path, tmp_path: Path
) -> None:
    out = tmp_path / "entities.json"

    answer = json.loads(run("provision", *told(plan, small_original), "--out", str(out), "--json"))
    entities = json.loads(out.read_text())

    assert answer["entities"] == len(entities)
    assert answer["types"]["Building"] == 20 + 4
    for entity in entities:
        context = entity.pop("@context")
        assert check_entity(entity) == []
        assert set(context) == {entity["type"]} | (set(entity) - {"id", "type"})


def test_entities_are_put_into_a_data_folder_twice_and_are_there_once(
    run: Run, plan: Path, small_original: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    for _ in range(2):
        run("provision", *told(plan, small_original), "--data", str(data))

    db = sqlite3.connect(data / "records.sqlite")
    try:
        (count,) = db.execute("SELECT count(*) FROM entity WHERE id LIKE '%:Building:%'").fetchone()
    finally:
        db.close()
    assert count == 24


def test_a_village_in_a_database_is_watched_and_listed_from_any_folder(
    run: Run, plan: Path, small_original: Path, tmp_path: Path, cluster: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    village, asked = told(plan, small_original), ("--data", str(tmp_path / "one"))
    monkeypatch.setenv("BUNYAD_OPERATE_DATABASE_URL", cluster.make_database())
    assert run("provision", *village).startswith("[")  # without a target nothing is kept
    assert "no records" in run("alarms", "watch", *asked, code=USER_ERROR)
    assert run("provision", *village, *asked).endswith(" entities in the database.\n")
    assert not (tmp_path / "one" / "records.sqlite").exists()

    other = ("--data", str(tmp_path / "two"))
    assert "no alarms were watched" in run("alarms", "list", *other, code=USER_ERROR)
    run("alarms", "watch", "--once", *asked)
    assert run("alarms", "list", *other) == ""
    assert json.loads(run("alarms", "statistics", *other, "--json"))["rung"] == 0
    run("indicators", "2026-01", *other)
    ask = ("act", "shelve", "water-leak", "urn:x:home", "--hours", "1", "--wait", "0")
    assert run("alarms", *ask, *other) == ""  # it waits for whoever watches


def test_a_played_hour_is_written_as_a_table_with_its_truth(
    run: Run, plan: Path, small_original: Path, tmp_path: Path
) -> None:
    out, truth = tmp_path / "readings.parquet", tmp_path / "truth.json"

    answer = json.loads(
        run("simulate", *told(plan, small_original), "--out", str(out), "--truth", str(truth),
            "--fault", "silent@0h+1h:home-003", "--hours", "1", "--step", "1200",
            "--from", "2030-07-01", "--json")
    )  # fmt: skip
    readings = pd.read_parquet(out)

    assert len(readings) == answer["values"] == 3 * (answer["points"] - 16)
    assert not (
        readings["entity"] == "urn:ngsi-ld:ThreePhaseAcMeasurement:southbank:home-003"
    ).any()
    assert json.loads(truth.read_text())["faults"][0]["kind"] == "silent"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--hours", "1"), "not told where readings go"),
        (("--out", "x", "--hours", "0"), "0 hours"),
        (("--out", "x", "--from", "soon"), "no time"),
        (("--out", "x", "--fault", "dragon@1h"), "no kind dragon"),
        (("--out", "x", "--step", "7"), "no part of an hour"),
        (("--mqtt", "http://x"), "no address of an MQTT broker"),
        (("--http", "http://127.0.0.1:9"), "does not answer"),
        (("--out", "/nowhere/x.parquet", "--hours", "1"), "cannot be written"),
    ],
)
def test_wrong_words_to_simulate_are_told(
    run: Run, plan: Path, small_original: Path, words: tuple[str, ...], what: str
) -> None:
    assert what in run("simulate", *told(plan, small_original), *words, code=2)


def test_several_targets_of_provision_are_refused(
    run: Run, plan: Path, small_original: Path
) -> None:
    text = run("provision", *told(plan, small_original), "--out", "a", "--data", "b", code=2)

    assert "several targets" in text


def test_wrong_words_to_listen_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("format: bunyad-sources/1\ngateway: g\nsources:\n  - {name: x}\n")

    assert "no file of sources" in run("listen", code=2)
    assert "a source has one of" in run("listen", str(path), code=2)
    assert "cannot be read" in run("listen", str(tmp_path / "none"), code=2)
    assert json.loads(run("listen", "--schema"))["title"] == "Sources"


def test_a_village_lives_from_the_plan_over_mqtt_and_a_gateway_to_the_broker(
    run: Run, plan: Path, small_original: Path, tmp_path: Path
) -> None:
    """The whole way: provision, serve, listen, simulate; every value is there once."""
    port, data = free_port(), tmp_path / "data"
    sources = tmp_path / "sources.yaml"
    with running_mosquitto(tmp_path) as mqtt:
        sources.write_text(
            f"""
format: bunyad-sources/1
gateway: southbank-gate
sources:
  - name: village
    mqtt: mqtt://127.0.0.1:{mqtt}
    topics: ["bunyad/{{settlement}}/{{type}}/{{name}}"]
    time: at
    points:
      - {{value: "*", entity: "urn:ngsi-ld:{{type}}:{{settlement}}:{{name}}", type: "{{type}}"}}
"""
        )
        serve = subprocess.Popen(
            [sys.executable, "-m", "bunyad", "operate", "serve", "--data", str(data), "--port", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        listen = subprocess.Popen(
            [sys.executable, "-m", "bunyad", "operate", "listen", str(sources),
             "--to", f"http://127.0.0.1:{port}", "--outbox", str(tmp_path / "outbox.sqlite")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            wait_for_port(port, serve)
            run("provision", *told(plan, small_original), "--to", f"http://127.0.0.1:{port}")
            fed = 0
            while not readings(data):  # the gateway may still be on its way to the MQTT broker
                fed += played(run, plan, small_original, mqtt, "2030-07-01")
            # and, in each of two hours, that it is played
            at_least = played(run, plan, small_original, mqtt, "2030-07-02") + 2
            while len(readings(data, day=2)) < at_least:
                assert listen.poll() is None
                assert serve.poll() is None
            run("simulate", *told(plan, small_original), "--http", f"http://127.0.0.1:{port}",
                "--hours", "1", "--step", "3600", "--from", "2030-07-03", "--speed", "0")  # fmt: skip
            entity = httpx.get(
                f"http://127.0.0.1:{port}/ngsi-ld/v1/entities/urn:ngsi-ld:Pump:southbank:pump",
                headers={"Link": '<urn:bunyad:context:village>; rel="http://www.w3.org/ns/json-ld#context"'},
            ).json()  # fmt: skip
        finally:
            listen.terminate()
            listen.communicate(timeout=30)
            serve.terminate()
            serve.wait(30)

    rows = readings(data, day=2)
    assert len(rows) == at_least
    assert len(set(rows)) == at_least
    assert entity["power"]["unitCode"] == "KWT"
    assert entity["power"]["observedAt"] == "2030-07-03T01:00:00Z"
    assert len(readings(data, day=3)) == (at_least - 2) // 2
    assert entity["refProject"]["value"]


def played(run: Run, plan: Path, region: Path, mqtt: int, day: str) -> int:
    answer = run(
        "simulate", *told(plan, region), "--mqtt", f"mqtt://127.0.0.1:{mqtt}", "--speed", "0",
        "--hours", "1", "--step", "1800", "--from", day, "--json",
    )  # fmt: skip
    return int(json.loads(answer)["values"])


def readings(data: Path, *, day: int | None = None) -> list[tuple[int, int]]:
    """Return series and instant of what was observed, on a day of July 2030."""
    start = 1_909_094_400_000_000 + ((day or 1) - 1) * 86_400_000_000
    db = sqlite3.connect(f"file:{data / 'records.sqlite'}?mode=ro", uri=True)
    try:
        return db.execute(
            "SELECT series, at_us FROM reading WHERE observed AND at_us >= ? AND at_us < ?",
            (start, start + 86_400_000_000),
        ).fetchall()
    finally:
        db.close()


def test_a_whole_village_runs_by_one_command_and_stops_by_one_sign(
    plan: Path, small_original: Path, tmp_path: Path
) -> None:
    broker, pages = free_port(), free_port()
    words = ("operate", "run", *told(plan, small_original), "--data", str(tmp_path / "data"),
             "--port", str(pages), "--broker-port", str(broker), "--speed", "3600")  # fmt: skip
    log = (tmp_path / "said").open("w+")
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "bunyad", *words], stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_for_port(pages, process, seconds=300)
            url = f"http://127.0.0.1:{broker}/ngsi-ld/v1/entities"
            context = {
                "Link": '<urn:bunyad:context:village>; rel="http://www.w3.org/ns/json-ld#context"'
            }
            asked = {"type": "WaterConsumptionObserved", "attrs": "waterConsumption", "limit": 1}
            while not (found := httpx.get(url, params=asked, headers=context).json()):
                assert process.poll() is None
                time.sleep(0.1)
            assert "observedAt" in found[0]["waterConsumption"]
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()  # what it started ends with it
        log.seek(0)
        said = log.read()
    assert "modelled, not real" in said
    assert "Make the first account" in said
    for port in (broker, pages):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/health")


def test_a_village_does_not_run_where_somebody_listens_already(run: Run, plan: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = run("run", str(plan), "--settlement", "southbank", "--broker-port", port, code=2)
    assert "--broker-port: cannot listen" in said
