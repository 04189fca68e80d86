"""From a region folder to a plan folder, running only what has changed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bunyad.errors import InputError, OutputError
from bunyad.options import Options, resolve_options
from bunyad.plan.provenance import stage_keys, versions
from bunyad.region.changes import Changes, change_parts
from bunyad.region.file import RegionFile, read_region_file
from bunyad.region.folder import find_region, input_hashes
from bunyad.tiles import Tiles, check_scheduler, open_tiles

PROVENANCE = "provenance.json"
STAGES_FOLDER = ".stages"
OUTPUTS = (
    "report.html",
    "report.json",
    "plan.gpkg",
    "projects.csv",
    "projects.parquet",
    "network.nc",
)
"""Files of a plan folder, besides `provenance.json`, `tables/` and the stored stages."""
LEAST_FREE_BYTES = 200_000_000
"""Free space that a plan folder may need at most while it is written."""

Watcher = Callable[[str, str], None]
"""Is told of each stage (`region` to `report`) and what happens: `run`, `reuse` or `done`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    """How a run ended."""

    folder: Path
    was_current: bool
    """Whether nothing had changed, so that nothing was run."""
    reused: tuple[str, ...]
    """Stages whose stored results were taken."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What one run is about."""

    source: Path
    file: RegionFile
    options: Options
    inputs: Mapping[str, str]
    keys: Mapping[str, str]
    changes: Changes
    out: Path


def plan_region(  # each is a choice of the caller
    name_or_folder: str | Path,
    *,
    out: Path,
    option_layers: tuple[tuple[str, Mapping[str, Any]], ...] = (),
    changes: Changes | None = None,
    watch: Watcher | None = None,
    scheduler: str = "threads",
) -> PlanRun:
    """
    Plan a region and write the plan folder.

    The folder is written beside its place and moved there at the end, so that whatever goes
    wrong leaves the last good plan untouched.

    Parameters
    ----------
    name_or_folder
        A built-in region or a region folder.
    out
        The plan folder.
    option_layers
        Pairs of a place for messages and option values by `room.name`; later ones win.
    changes
        What is different from the region as its folder has it; only the stages that it matters
        to run again.
    watch
        Is told of each stage.
    scheduler
        Who works on many cells, as `bunyad.tiles.open_tiles` takes it. It changes how long the
        plan takes and nothing else, so it is no option and no part of the provenance.

    Raises
    ------
    InputError
        If the region or an option is wrong, or `out` is a folder that holds something else.
    InfeasibleError
        If the options leave no answer.
    OutputError
        If the plan cannot be written.
    """
    started = time.monotonic()
    check_scheduler(scheduler)
    _remove_leftovers(out)
    job = _prepare(name_or_folder, out, option_layers, changes or Changes())
    last = _read_provenance(out)
    if _is_current(job, last):
        seconds = time.monotonic() - started
        return PlanRun(folder=out, was_current=True, reused=(), seconds=seconds)
    with open_tiles(scheduler) as tiles, _writing(out):
        _check_space(out)
        reused = _run_and_swap(job, last, watch or _ignore, tiles)
    seconds = time.monotonic() - started
    return PlanRun(folder=out, was_current=False, reused=reused, seconds=seconds)


def _ignore(_stage: str, _event: str) -> None:
    """Watch nothing."""


def _prepare(
    name_or_folder: str | Path,
    out: Path,
    option_layers: tuple[tuple[str, Mapping[str, Any]], ...],
    changes: Changes,
) -> _Job:
    """Read `region.yaml`, combine the options and hash the inputs."""
    source = find_region(name_or_folder)
    file = read_region_file(source)
    _check_target(out)
    own = {key: entry.value for key, entry in file.assumptions.items()}
    options = resolve_options((f"{source / 'region.yaml'}: assumptions", own), *option_layers)
    inputs = input_hashes(source, file)
    return _Job(
        source=source,
        file=file,
        options=options,
        inputs=inputs,
        keys=stage_keys(inputs, options, change_parts(changes)),
        changes=changes,
        out=out,
    )


def _check_target(out: Path) -> None:
    """Refuse to replace anything that is not a plan folder."""
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError("it is a file", where=str(out), mend="give --out a folder")
    if any(out.iterdir()) and not (out / PROVENANCE).is_file():
        raise InputError(
            "the folder holds files but no plan",
            where=str(out),
            mend="give --out an empty folder, a new one, or one with a plan",
        )


def _read_provenance(out: Path) -> dict[str, Any]:
    """Return what the last plan was made from, or nothing where it cannot be read."""
    try:
        content = json.loads((out / PROVENANCE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_current(job: _Job, last: Mapping[str, Any]) -> bool:
    """Tell whether the plan folder holds just what this run would write."""
    if last.get("stages") != dict(job.keys):
        return False
    outputs = last.get("outputs", {})
    return set(OUTPUTS) <= set(outputs) and outputs == _hash_outputs(job.out)


def _hash_outputs(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each output that is there."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in OUTPUTS
        if (folder / name).is_file()
    }


def _run_and_swap(
    job: _Job, last: Mapping[str, Any], watch: Watcher, tiles: Tiles
) -> tuple[str, ...]:
    """Make the plan in a folder beside its place, then put it there."""
    job.out.parent.mkdir(parents=True, exist_ok=True)
    work = job.out.with_name(f".{job.out.name}.partial-{os.getpid()}")
    work.mkdir()
    try:
        reused = _make(job, last, work, watch, tiles)
        _keep_foreign_files(job.out, work)
        _swap(work, job.out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return reused


def _make(
    job: _Job, last: Mapping[str, Any], work: Path, watch: Watcher, tiles: Tiles
) -> tuple[str, ...]:
    """Run or reuse every stage and write every file into `work`."""
    from bunyad.plan.model import RESULTS, make_plan
    from bunyad.region.changed import apply_changes
    from bunyad.region.load import load_region
    from bunyad.report import write_plan_files
    from bunyad.store import load_result, save_result

    stored = last.get("stages", {})
    reused: list[str] = []
    seconds: dict[str, float] = {}

    def step(stage: str, act: Callable[[], Any]) -> Any:
        began = time.monotonic()
        old, new = job.out / STAGES_FOLDER / stage, work / STAGES_FOLDER / stage
        result = _read(RESULTS[stage], old) if stored.get(stage) == job.keys[stage] else None
        watch(stage, "run" if result is None else "reuse")
        if result is not None:
            shutil.copytree(old, new)
            reused.append(stage)
        else:
            save_result(act(), new)
            # A fresh result is read back too, so that both ways give the same bytes.
            result = load_result(RESULTS[stage], new)
        watch(stage, "done")
        seconds[stage] = round(time.monotonic() - began, 3)
        return result

    started = datetime.now(UTC)
    began = time.monotonic()
    watch("region", "run")
    region = apply_changes(load_region(job.source), job.changes)
    watch("region", "done")
    seconds["region"] = round(time.monotonic() - began, 3)
    provenance = _provenance(job, region)
    plan = make_plan(region, job.options, step=step, tiles=tiles, provenance=provenance)
    began = time.monotonic()
    watch("report", "run")
    write_plan_files(plan, work)
    seconds["report"] = round(time.monotonic() - began, 3)
    times = {
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
    }
    content = {**provenance, "outputs": _hash_outputs(work), "times": times}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (work / PROVENANCE).write_text(text, "utf-8")
    watch("report", "done")
    return tuple(reused)


def _read(kind: type, folder: Path) -> Any:
    """Return a stored result, None where it is not there or cannot be read."""
    from bunyad.store import load_result

    try:
        return load_result(kind, folder)
    except (OSError, ValueError, KeyError):
        return None


def _provenance(job: _Job, region: Any) -> dict[str, Any]:
    """Return what the plan is made from; nothing in it depends on the clock or the place."""
    return {
        "region": job.file.name,
        "inputs": dict(job.inputs),
        "layers": {
            layer.key: {"file": layer.file, "origin": layer.origin, "licence": layer.licence}
            for layer in region.layers
        },
        "options": job.options.model_dump(),
        "changes": job.changes.model_dump(mode="json", exclude_defaults=True),
        "seed": str(region.climate.attrs.get("seed", "none: planning draws no random numbers")),
        "versions": versions(),
        "stages": dict(job.keys),
    }


def _keep_foreign_files(out: Path, work: Path) -> None:
    """Carry over what people have put into the plan folder."""
    if not out.is_dir():
        return
    ours = {*OUTPUTS, PROVENANCE, STAGES_FOLDER, "tables"}
    for path in out.iterdir():
        if path.name in ours:
            continue
        if path.is_dir():
            shutil.copytree(path, work / path.name)
        else:
            shutil.copy2(path, work / path.name)


def _swap(work: Path, out: Path) -> None:
    """Put the new folder in the old one's place."""
    if not out.exists():
        work.rename(out)
        return
    old = out.with_name(f".{out.name}.replaced-{os.getpid()}")
    out.rename(old)
    try:
        work.rename(out)
    except BaseException:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove_leftovers(out: Path) -> None:
    """Put back or remove what a killed run has left beside the plan folder."""
    for path in out.parent.glob(f".{out.name}.replaced-*"):
        if _is_dead(path) and not out.exists():
            path.rename(out)
        elif _is_dead(path):
            shutil.rmtree(path, ignore_errors=True)
    for path in out.parent.glob(f".{out.name}.partial-*"):
        if _is_dead(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_dead(path: Path) -> bool:
    """Tell whether the process that made a working folder is gone."""
    number = path.name.rpartition("-")[2]
    if not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(number) == os.getpid()


def _check_space(out: Path) -> None:
    """Refuse to start where the disk could not hold the plan."""
    parent = next(path for path in (out, *out.parents) if path.exists())
    free = shutil.disk_usage(parent).free
    if free < LEAST_FREE_BYTES:
        raise OutputError(
            f"the disk has {free / 1e6:.0f} MB left",
            where=str(out),
            mend=f"free {LEAST_FREE_BYTES / 1e6:.0f} MB or choose another place with --out",
        )


@contextlib.contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Turn the system's refusals to write into errors that say what to do."""
    try:
        yield
    except OSError as error:
        mends = {
            errno.ENOSPC: "free some space or choose another place with --out",
            errno.EDQUOT: "free some of your quota or choose another place with --out",
            errno.EACCES: "choose a place that you may write to with --out",
            errno.EPERM: "choose a place that you may write to with --out",
            errno.EROFS: "choose a place that can be written to with --out",
        }
        if error.errno not in mends:
            raise
        raise OutputError(
            f"the plan cannot be written: {error.strerror}",
            where=str(error.filename or out),
            mend=mends[error.errno],
        ) from error
