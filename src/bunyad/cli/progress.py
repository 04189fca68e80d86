"""Progress of a plan: moving lines on a terminal, one line a step elsewhere, on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

STAGES = {
    "region": "Region: what is there",
    "potential": "Potential: what the land can yield",
    "settle": "Settle: what people need",
    "connect": "Connect: how places are joined",
    "energy": "Energy: what to build, what to export",
    "programme": "Programme: in which order, on what money",
    "report": "Report: what people look at",
}


class Progress:
    """Shows the stages of a plan as they run; use it as a context."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, highlight=False)
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(bar_width=20),
                TimeElapsedColumn(),
                TextColumn("{task.fields[note]}"),
                console=self._console,
            )
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def watch(self, stage: str, event: str) -> None:
        """
        Show what happens to a stage.

        Parameters
        ----------
        stage
            Name of the stage, `region` to `report`.
        event
            `run`, `reuse` or `done`.
        """
        if event == "done":
            self._finish(stage)
        else:
            self._begin(stage, note="unchanged" if event == "reuse" else "")

    def _begin(self, stage: str, *, note: str) -> None:
        self._began[stage] = time.monotonic()
        if self._bars is not None:
            self._tasks[stage] = self._bars.add_task(STAGES[stage], total=None, note=note)
        elif note:
            self._console.print(f"{STAGES[stage]} ({note})", soft_wrap=True)
        else:
            self._console.print(f"{STAGES[stage]} ...", soft_wrap=True)

    def _finish(self, stage: str) -> None:
        if self._bars is not None:
            self._bars.update(self._tasks[stage], total=1, completed=1)
        else:
            seconds = time.monotonic() - self._began[stage]
            self._console.print(f"    {seconds:.1f} s", soft_wrap=True)
