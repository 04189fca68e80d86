"""The command that opens the server of live data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from bunyad.cli.operate.app import operate_app


@operate_app.command
def serve(  # noqa: PLR0913  (each is an option of the command)
    *,
    data: Path = Path("bunyad-data"),
    database: Annotated[str, Parameter(env_var="BUNYAD_OPERATE_DATABASE_URL")] = "",
    host: str = "127.0.0.1",
    port: int = 1026,
    fetch_contexts: Annotated[
        bool, Parameter(env_var="BUNYAD_OPERATE_FETCH_CONTEXTS", negative=())
    ] = False,
    tokens: Path | None = None,
    requests_per_s: float = 0.0,
    clients: int = 512,
    tenants: int = 1_000,
    keep_days: float = 35.0,
    keep_readings: int = 3_000_000,
    keep_history_days: float = 0.0,
    certificate: Path | None = None,
    key: Path | None = None,
    mqtt: str = "",
    refuse_calls: Annotated[list[str] | None, Parameter(negative=())] = None,
    allow_calls: Annotated[list[str] | None, Parameter(negative=())] = None,
    allow_origins: Annotated[list[str] | None, Parameter(negative=())] = None,
) -> None:
    """
    Keep a living place's data, and answer for it: NGSI-LD and SensorThings.

    Parameters
    ----------
    data
        Folder of the data; made where it is not.
    database
        URL of a PostgreSQL database that keeps the records instead of files in the folder; several
        servers may share it.
    host
        Address to listen at; 127.0.0.1 is this machine only.
    port
        Port to listen at.
    fetch_contexts
        Fetch JSON-LD contexts from anywhere; without it only those known here, those kept from
        before and those on this machine are used.
    tokens
        File that names the tokens that may ask, with their roles and tenants; without it
        everybody who reaches the address may do everything.
    requests_per_s
        How often one address may ask [1/s]; 0 is as often as it likes.
    clients
        Connections at one time.
    tenants
        Tenants that requests may make at most, each with a file of its own.
    keep_days
        Age at which readings leave the database for Parquet files [d]; 0 moves none.
    keep_readings
        Readings that the database holds at most; beyond them the older half moves to Parquet
        files before its days are over. 0 sets no bound.
    keep_history_days
        Age at which these files are deleted [d]; 0 deletes none. Sums by hour and day stay.
    certificate
        File of the certificate, for TLS.
    key
        File of the certificate's key.
    mqtt
        MQTT broker at which SensorThings tells of changes and takes Observations, such as
        mqtt://127.0.0.1:1883.
    refuse_calls
        Networks the server may not call for clients that ask for notifications, name other
        context sources or contexts: such as 10.0.0.0/8, or loopback, private, all; may be given
        again. Link-local addresses, where clouds keep secrets, are always among them.
    allow_calls
        Networks it may call all the same.
    allow_origins
        Where web pages of other hosts come from that a browser lets ask the server, such as
        https://dashboard.example, or * for anywhere; may be given again.
    """
    from bunyad.operate.broker.contexts.documents import is_loopback
    from bunyad.operate.guard import Guard, read_tokens
    from bunyad.operate.origins import let_ask
    from bunyad.operate.reach import read_reach
    from bunyad.operate.records.keeping import Keeping
    from bunyad.operate.records.memory import limit_arenas
    from bunyad.operate.server import Listening, MqttBroker, make_server, run_server

    limit_arenas()
    reach = read_reach(refuse_calls or (), allow_calls or ())
    known = read_tokens(tokens) if tokens is not None else {}
    keeping = Keeping(days=keep_days, readings=keep_readings, history_days=keep_history_days)
    scheme = "http" if certificate is None else "https"
    address = f"{scheme}://{host}:{port}"
    broker = MqttBroker(mqtt, address) if mqtt else None
    app: Any = make_server(
        data, fetches=fetch_contexts, keeping=keeping, mqtt=broker, reach=reach, database=database
    )
    app.server.records.most_tenants = tenants
    if not known and not is_loopback(f"http://{host}/"):
        print(f"Everybody who reaches {host} may do everything; --tokens names who may.",
              file=sys.stderr, flush=True)  # fmt: skip
    print(
        f"NGSI-LD at {address}/ngsi-ld/v1, SensorThings at {address}/sensorthings/v1.1; "
        "Ctrl-C stops.",
        flush=True,
    )
    if known or requests_per_s:
        app = Guard(app, known, requests_per_s=requests_per_s)
    run_server(
        let_ask(app, allow_origins) if allow_origins else app,
        Listening(host=host, port=port, clients=clients, certificate=certificate, key=key),
    )
