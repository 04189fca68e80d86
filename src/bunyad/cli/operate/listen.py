"""The command of the gateway at the edge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bunyad.cli.app import say
from bunyad.cli.operate.app import operate_app
from bunyad.errors import InputError

if TYPE_CHECKING:
    from bunyad.operate.south.gateway import Gateway
    from bunyad.operate.south.sources import Sources


@operate_app.command(name="listen")
def listen(  # noqa: PLR0913  (each is an option of the command)
    sources: Path | None = None,
    /,
    *,
    to: str | None = None,
    outbox: Path = Path("outbox.sqlite"),
    tenant: str = "",
    token: str = "",
    check: Annotated[bool, Parameter(negative=())] = False,
    schema: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """
    Listen to meters, sensors and chargers, and deliver what they tell, over any link.

    What comes is kept in a file first and leaves it when the receiver has it: nothing is lost and
    nothing counts twice, whether the link drops or either end is switched off. Ctrl-C stops.

    Parameters
    ----------
    sources
        YAML file that says what is read where, and which attribute it becomes.
    to
        Address of the receiver (bunyad operate serve), such as http://10.0.0.2:1026. Without it
        readings are only kept.
    outbox
        File in which readings wait for delivery.
    tenant
        Tenant of the receiver.
    token
        Token for the receiver.
    check
        Only check the file of sources.
    schema
        Print the JSON Schema of the file of sources, for editors to complete and check it.
    """
    from bunyad.operate.south.sources import read_sources, sources_schema

    if schema:
        print(json.dumps(sources_schema(), indent=2, ensure_ascii=False))
        return
    if sources is None:
        raise InputError(
            "no file of sources is given", where="listen", mend="give one, or --schema for its form"
        )
    told = read_sources(sources)
    if check:
        print(f"{told.gateway}: {len(told.sources)} sources. The file is in order.")
        return
    import asyncio

    gateway = asyncio.run(_run(told, to, outbox, tenant, token))
    counts = gateway.taking.counts.values()
    kept = sum(one.samples for one in counts)
    print(f"{kept} values taken, {gateway.delivery.sent} messages delivered.")


async def _run(sources: Sources, to: str | None, path: Path, tenant: str, token: str) -> Gateway:
    """Run the gateway until it is told to stop."""
    import asyncio
    import signal

    import httpx

    from bunyad.operate.south.deliver import http_send
    from bunyad.operate.south.gateway import run_gateway
    from bunyad.operate.south.outbox import Outbox

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    kept = Outbox(path)
    if len(kept):
        say(f"{len(kept)} messages wait from before.")
    try:
        async with httpx.AsyncClient() as client:
            send = http_send(client, to, tenant=tenant, token=token) if to else None
            return await run_gateway(sources, kept, send, say=say, stop=stop)
    finally:
        kept.close()
