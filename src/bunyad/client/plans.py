"""Requests about plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bunyad.client.asking import Asking, Query
from bunyad.web.plans.bodies import (
    Comparison,
    OptionState,
    OptionValue,
    PlanChange,
    PlanDraft,
    PlanFile,
    PlanPage,
    PlanState,
    RegionState,
    SharedLink,
)

PLANS_OF_A_PAGE = 200


class Plans(Asking):
    """Plans, scenarios, options, files."""

    def list_regions(self) -> list[RegionState]:
        """List the regions that can be planned."""
        return self._get(list[RegionState], "regions")

    def upload_region(self, archive: Path) -> RegionState:
        """Upload a zip of a region folder; my organisation may plan it then."""
        return self._put(RegionState, "regions", content=archive.read_bytes())

    def remove_region(self, region: str) -> None:
        """Remove a region of my organisation that no plan stands on."""
        self._tell("DELETE", "regions", region)

    def list_options(self) -> list[OptionState]:
        """List what a plan may set."""
        return self._get(list[OptionState], "options")

    def list_plans(self, *, removed: bool = False) -> Iterator[PlanState]:
        """Go through the plans that I may see, newest first, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            query: Query = {
                "cursor": cursor, "limit": PLANS_OF_A_PAGE, "removed": str(removed).lower(),
            }  # fmt: skip
            page = self._get(PlanPage, "plans", query=query)
            yield from page.items
            cursor = page.next

    def get_plan(self, plan: str) -> PlanState:
        """Return a plan and how its run stands."""
        return self._get(PlanState, "plans", plan)

    def draft_plan(
        self, name: str, *, region: str, why: str = "", base_id: str | None = None,
        options: Mapping[str, OptionValue] | None = None,
        edits: Mapping[str, Any] | None = None,
    ) -> PlanState:  # fmt: skip
        """
        Make a plan, or a scenario of another; it runs as soon as its turn comes.

        Parameters
        ----------
        name
            Name for people.
        region
            Region to plan.
        why
            Reason, for who reads it later.
        base_id
            Plan that it is a scenario of.
        options
            Options that differ, by `room.name`.
        edits
            Changes of the region: settlements that move, land closed to routes, corridors.
        """
        body = PlanDraft(
            name=name, region=region, why=why, base_id=base_id, options=dict(options or {}),
            edits=dict(edits or {}),
        )  # fmt: skip
        return self._do(PlanState, "POST", "plans", body=body)

    def change_plan(
        self, plan: str, *, name: str | None = None, why: str | None = None,
        is_public: bool | None = None,
    ) -> PlanState:  # fmt: skip
        """Change a plan's words or its audience."""
        body = PlanChange(name=name, why=why, is_public=is_public)
        return self._do(PlanState, "PATCH", "plans", plan, body=body)

    def remove_plan(self, plan: str) -> None:
        """Put a plan aside."""
        self._tell("DELETE", "plans", plan)

    def restore_plan(self, plan: str) -> None:
        """Take a plan back."""
        self._tell("POST", "plans", plan, "restore")

    def share_plan(self, plan: str) -> SharedLink:
        """Make a link that lets its holder see a plan; an older one ends."""
        return self._do(SharedLink, "POST", "plans", plan, "share")

    def unshare_plan(self, plan: str) -> None:
        """End a plan's shared link."""
        self._tell("DELETE", "plans", plan, "share")

    def compare_plans(self, plans: Sequence[str]) -> Comparison:
        """Lay plans side by side; the first is what the others are held against."""
        return self._get(Comparison, "plans", "compare", query={"plans": ",".join(plans)})

    def get_page(self, plan: str) -> dict[str, Any]:
        """Return what a plan's report shows: figures, tables, map."""
        return self._get(dict[str, Any], "plans", plan, "page")

    def list_files(self, plan: str) -> list[PlanFile]:
        """List the files of a plan."""
        return self._get(list[PlanFile], "plans", plan, "files")

    def get_file(self, plan: str, name: str, *, to: Path) -> Path:
        """
        Download a file of a plan.

        Parameters
        ----------
        plan
            The plan.
        name
            Name of the file as `list_files` gives it.
        to
            Folder to write into.

        Returns
        -------
        Path
            The file; a download that breaks off leaves none.
        """
        path = to / Path(name).name
        part = path.with_name(f".{path.name}.part")
        to.mkdir(parents=True, exist_ok=True)
        try:
            with self._stream("plans", plan, "files", name) as answer, part.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path
