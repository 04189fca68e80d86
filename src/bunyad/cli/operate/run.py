"""The command that runs all of a village on one machine."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bunyad.cli.app import say
from bunyad.cli.operate.app import operate_app


@operate_app.command(name="run")
def run(  # noqa: PLR0913  (each is an option of the command)
    plan: Path,
    /,
    *,
    settlement: str,
    data: Path | None = None,
    sources: Path | None = None,
    speed: float = 60.0,
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    region: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    broker_port: int = 1026,
) -> None:
    """
    Run a whole village on this machine: its data, alarms and control room; Ctrl-C stops all.

    Starts `serve` for its data, `provision` from the plan, `alarms watch`, `listen` to its meters,
    and the pages. Where there are no meters yet (no --sources), the village is played instead:
    what the pages show then is modelled. A part that fails is started again; what each says is
    kept in logs in the data folder. The broker listens to this machine only: meters elsewhere
    and several servers want the parts started one by one.

    Parameters
    ----------
    plan
        A plan folder.
    settlement
        Identifier of the settlement, such as aghali.
    data
        Folder of the data, by default SETTLEMENT-data, or SETTLEMENT-played where it is played;
        made where it is not. Played and measured readings do not belong into one folder.
    sources
        File that says where meters and sensors are, as `listen` takes it.
    speed
        How many times faster than the clock a played village lives.
    fault
        A fault of the played village, as KIND@START+SPAN:NAME=SIZE, such as leak@2h+6h:home-012;
        may be given many times. START counts from when the village was first played, also after
        a stop.
    region
        Region folder of the plan, for its climate. By default the built-in region it was made of.
    host
        Address at which the pages listen; 127.0.0.1 is this machine only.
    port
        Port of the pages.
    broker_port
        Port of the broker.
    """
    from bunyad.operate.whole_village import WholeVillage

    kept = data or Path(f"{settlement}-{'played' if sources is None else 'data'}")
    village = WholeVillage(
        plan=plan, settlement=settlement, data=kept, sources=sources, speed=speed, faults=fault,
        region=region, host=host, port=port, broker_port=broker_port,
    )  # fmt: skip
    for sign in (signal.SIGINT, signal.SIGTERM):  # shells let what runs behind them ignore Ctrl-C
        signal.signal(sign, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        village.run(say)
    say("All is stopped.")
