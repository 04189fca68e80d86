"""All that a village on one machine needs, from its plan to its control room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bunyad.errors import InputError
from bunyad.operate.ensemble import Ensemble, Part
from bunyad.operate.play.faults import dated
from bunyad.operate.play.left_off import last_told
from bunyad.operate.server import check_address
from bunyad.operate.village.send import Broker

PLAYED_SINCE = "played-since.txt"
"""File of the data folder that says when the village was first played."""
OWN_RULES = "alarm-rules.yaml"
PLAYED_STEP_S = 600  # between two values of a point, in the time of the played village
PLAYED_H = 87_600  # longer than anybody looks on


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeVillage:
    """
    What runs, and where.

    Attributes
    ----------
    plan
        Plan folder.
    settlement
        Identifier of the settlement.
    data
        Data folder that all parts share.
    sources
        File of meters and sensors; where there is none, the village is played.
    speed
        How many times faster than the clock it is played.
    faults
        Faults of the played village.
    region
        Region folder of the plan; by default the built-in one.
    host, port
        Where the pages listen.
    broker_port
        Where the broker listens, for this machine only.
    """

    plan: Path
    settlement: str
    data: Path
    sources: Path | None = None
    speed: float = 60.0
    faults: tuple[str, ...] = ()
    region: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    broker_port: int = 1026

    def run(self, say: Callable[[str], None]) -> None:
        """
        Run all parts until the process is interrupted.

        Parameters
        ----------
        say
            Gets a line about what happens.

        Raises
        ------
        InputError
            If a port is taken, or a part does not run.
        """
        check_address("127.0.0.1", self.broker_port, option="--broker-port")
        check_address(self.host, self.port, option="--port")
        with Ensemble(self.data / "logs", say) as ensemble:
            ensemble.start(self._serving())
            say(f"Bringing {self.settlement} to life from {self.plan} ...")
            ensemble.start(self._provisioning())
            ensemble.start(self._watching())
            if self.sources is not None:
                ensemble.start(self._listening(self.sources))
            else:
                ensemble.start(self._playing())
                say(f"The village is played at {self.speed:g} times the clock: modelled, not real.")
            say(f"What each part says is in {self.data / 'logs'}.")
            ensemble.start(self._showing())
            ensemble.watch()

    @property
    def _broker(self) -> str:
        return f"http://127.0.0.1:{self.broker_port}"

    @property
    def _of_plan(self) -> tuple[str, ...]:
        named = (str(self.plan), "--settlement", self.settlement)
        return named if self.region is None else (*named, "--region", str(self.region))

    def _serving(self) -> Part:
        where = ("--data", str(self.data), "--port", str(self.broker_port))
        address = f"{self._broker}/health"
        return Part(name="broker", arguments=("operate", "serve", *where), address=address)

    def _provisioning(self) -> Part:
        words = ("operate", "provision", *self._of_plan, "--to", self._broker)
        return Part(name="provision", arguments=words, is_step=True)

    def _watching(self) -> Part:
        own = self.data / OWN_RULES
        rules = ("--rules", str(own)) if own.is_file() else ()
        clock = ("--by-readings",) if self.sources is None else ()
        words = ("operate", "alarms", "watch", "--data", str(self.data), *rules, *clock)
        return Part(name="alarms", arguments=words)

    def _listening(self, sources: Path) -> Part:
        outbox = ("--outbox", str(self.data / "outbox.sqlite"))
        words = ("operate", "listen", str(sources), "--to", self._broker, *outbox)
        return Part(name="meters", arguments=words)

    def _playing(self) -> Part:
        return Part(name="village", arguments=self._played)

    def _played(self) -> tuple[str, ...]:
        begin = last_told(Broker(url=self._broker))
        since_us = self._played_since(begin)
        told = [dated(fault, from_us=since_us) for fault in self.faults]
        faults = [word for fault in told for word in ("--fault", fault)]
        pace = ("--speed", str(self.speed), "--step", str(PLAYED_STEP_S))
        span = ("--from", f"{begin:%Y-%m-%dT%H:%M:%S}", "--hours", str(PLAYED_H))
        words = ("operate", "simulate", *self._of_plan, "--http", self._broker, *pace, *span)
        return (*words, *faults)

    def _played_since(self, begin: datetime) -> int:
        """Return when the village was first played [µs since 1970]; from then faults count."""
        path = self.data / PLAYED_SINCE
        if not path.is_file():
            path.write_text(f"{begin.isoformat()}\n", "utf-8")
        try:
            since = datetime.fromisoformat(path.read_text("utf-8").strip())
            return round(since.timestamp()) * 1_000_000
        except ValueError:
            raise InputError(
                "it holds no time",
                where=str(path), mend="write when the village began, as 2030-07-01T00:00:00+00:00",
            ) from None  # fmt: skip

    def _showing(self) -> Part:
        where = ("--host", self.host, "--port", str(self.port), "--broker", self._broker)
        words = ("serve", "--data", str(self.data), "--plan", str(self.plan), *where)
        return Part(name="pages", arguments=words, speaks=True)
