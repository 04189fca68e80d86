"""The command that opens the system in the browser."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bunyad.cli.app import app
from bunyad.errors import InputError

KEY = "BUNYAD_KEY"


@app.command
def serve(  # noqa: PLR0913  (each is an option of the command)
    *,
    data: Path = Path("bunyad-data"),
    plan: Annotated[tuple[Path, ...], Parameter(negative=())] = (),
    database: Annotated[str | None, Parameter(env_var="BUNYAD_DATABASE_URL")] = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    public_url: str | None = None,
    jobs: bool = True,
    job_silence_s: float = 60.0,
    openid: Path | None = None,
    broker: str = "http://127.0.0.1:1026",
    live_database: Annotated[str, Parameter(env_var="BUNYAD_OPERATE_DATABASE_URL")] = "",
    broker_token: Annotated[str, Parameter(env_var="BUNYAD_BROKER_TOKEN")] = "",
    key_file: Annotated[Path | None, Parameter(env_var="BUNYAD_KEY_FILE")] = None,
) -> None:
    """
    Open plans in the browser: look, change, run, compare, share.

    Without --plan, every plan folder in the current folder is shown.

    Parameters
    ----------
    data
        Folder of the server's own plans and its database.
    plan
        Plan folders to show; may be given many times.
    database
        URL of a PostgreSQL database, by default SQLite in the data folder.
    host
        Address to listen at; 127.0.0.1 is this machine only.
    port
        Port to listen at.
    public_url
        Address that browsers use, where it differs, such as behind a proxy.
    jobs
        Whether this server runs plans.
    job_silence_s
        Seconds without a sign of life after which a run is taken up again.
    openid
        File that names the provider by which people may sign in (OpenID Connect).
    broker
        Address of `bunyad operate serve`, which carries commands to things.
    live_database
        URL that `bunyad operate serve` has as its --database, by default files in the data folder.
    broker_token
        Token for it, where it asks for tokens; better given as BUNYAD_BROKER_TOKEN, as everybody
        on the machine sees a command's options.
    key_file
        File with 64 hexadecimal digits that seal the server's signing key in the database; the
        digits may stand in BUNYAD_KEY as well.
    """
    from bunyad.plan.run import PROVENANCE
    from bunyad.web.accounts.provider_file import read_provider_file
    from bunyad.web.server import default_settings, prepare, run_server

    found = plan or tuple(sorted(path.parent for path in Path().glob(f"*/{PROVENANCE}")))
    url = public_url or f"http://{host}:{port}"
    settings = default_settings(data=data, database_url=database, public_url=url, runs_jobs=jobs)
    settings = replace(
        settings,
        job_silence_s=job_silence_s,
        broker_url=broker,
        live_database_url=live_database,
        broker_token=broker_token,
        sealing_key=sealing_key(key_file),
        outside=read_provider_file(openid) if openid else None,
    )
    invitation = prepare(settings, found)
    print(f"Open {url} in a browser; Ctrl-C stops.", flush=True)
    if invitation is not None:
        print(f"Make the first account, once, at {invitation}", flush=True)
    run_server(settings, host=host, port=port)


def sealing_key(path: Path | None) -> bytes | None:
    """Return the operator's key of the file or the environment, if there is one."""
    from bunyad.store.auctions import read_sealing_key

    written = os.environ.get(KEY, "")
    if path is None:
        return read_sealing_key(written, where=KEY) if written else None
    if written:
        raise InputError("two keys are given", where="--key-file", mend=f"leave {KEY} away")
    try:
        return read_sealing_key(path.read_text("utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the key cannot be read ({error})", where=str(path), mend="give another file"
        ) from None
