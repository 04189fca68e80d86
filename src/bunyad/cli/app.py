"""The commands; heavy imports happen inside of them, so that help is quick."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

from cyclopts import App, CycloptsError, Parameter

import bunyad
from bunyad.errors import BunyadError, InputError

DONE, BUG, USER_ERROR, INTERRUPTED = 0, 1, 2, 130

app = App(
    name="bunyad",
    help="Plan the rebuilding of a whole region, from terrain, climate and people to projects.",
    version=bunyad.__version__,
    suppress_keyboard_interrupt=False,
)
region_app = App(name="region", help="Look at region folders, and fetch data for them.")
app.command(region_app)

AsJson = Annotated[bool, Parameter(name="--json", negative=())]


def main() -> NoReturn:
    """Run the command line and leave with 0, 2 (your input), 130 (Ctrl-C) or 1 (our bug)."""
    logging.basicConfig(level=logging.WARNING)
    warnings.simplefilter("ignore", FutureWarning)  # for developers of libraries, not for users
    try:
        app(exit_on_error=False, print_error=False)
    except (BunyadError, CycloptsError) as error:
        say(str(error))
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        # servers and played villages have done what they did; all else writes when it is done
        say(
            "Stopped."
            if sys.argv[1:2] in (["operate"], ["serve"])
            else "Stopped. Nothing was changed."
        )
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    sys.exit(DONE)


def say(text: str) -> None:
    """Print a message for people to stderr."""
    print(text, file=sys.stderr)


@app.command
def plan(  # noqa: PLR0913  (each is an option of the command)
    region: str,
    /,
    *,
    out: Path | None = None,
    option: Annotated[tuple[str, ...], Parameter(name=["--option", "-o"], negative=())] = (),
    options_file: Path | None = None,
    changes: Path | None = None,
    scheduler: str = "threads",
    as_json: AsJson = False,
) -> None:
    """
    Plan a region and write the plan folder.

    Runs region, potential, settle, connect, energy and programme, then writes report.html,
    plan.gpkg, projects.csv, projects.parquet, network.nc and provenance.json. Stages whose
    inputs have not changed are taken from the folder's last plan.

    Parameters
    ----------
    region
        A built-in region, such as karabakh, or a region folder.
    out
        Folder of the plan. By default plan-NAME in the current folder.
    option
        An option value, as room.name=value; may be given many times. See bunyad options.
    options_file
        YAML file of option values, as room.name: value.
    changes
        YAML file of what is different in this scenario: settlements that move, land closed to
        routes, corridors that are built or are not.
    scheduler
        Who works on many cells: threads, processes, local (a Dask cluster on this machine) or
        the address of a Dask scheduler, such as tcp://10.0.0.5:8786. The plan is the same.
    as_json
        Print the result for machines.
    """
    from bunyad.cli.progress import Progress
    from bunyad.plan.run import plan_region
    from bunyad.region.changes import read_changes

    layers = []
    if options_file is not None:
        layers.append((str(options_file), _read_options_file(options_file)))
    layers.append(("--option", parse_options(option)))
    folder = out if out is not None else Path(f"plan-{Path(region).name}")
    with Progress() as progress:
        run = plan_region(
            region,
            out=folder,
            option_layers=tuple(layers),
            changes=None if changes is None else read_changes(changes),
            watch=progress.watch,
            scheduler=scheduler,
        )
    report = run.folder / "report.html"
    if as_json:
        result = {
            "folder": str(run.folder),
            "report": str(report),
            "was_current": run.was_current,
            "reused": list(run.reused),
            "seconds": round(run.seconds, 2),
        }
        print(json.dumps(result))
    elif run.was_current:
        print(f"Nothing has changed: {run.folder} is up to date ({run.seconds:.1f} s).")
        print(f"Open {report} in a browser.")
    else:
        print(f"The plan is in {run.folder} ({run.seconds:.0f} s). Open {report} in a browser.")


@region_app.command(name="check")
def check_region(folder: str, /, *, as_json: AsJson = False) -> None:
    """
    Check a region folder and tell what it has, what is modelled and what is missing.

    Parameters
    ----------
    folder
        A region folder or the name of a built-in region.
    as_json
        Print the result for machines.
    """
    from bunyad.region import load_region, summarise_region

    summary = summarise_region(load_region(folder))
    if as_json:
        layers = [
            {"key": layer.key, "file": layer.file, "origin": layer.origin, "source": layer.source}
            for layer in summary.layers
        ]
        content = {
            "name": summary.name,
            "area_km2": round(summary.area_km2, 1),
            "counts": summary.counts,
            "layers": layers,
            "missing": summary.missing,
        }
        print(json.dumps(content, ensure_ascii=False))
        return
    print(f"{summary.title} ({summary.name}): {summary.area_km2:,.0f} km²")
    print(", ".join(f"{count} {name}" for name, count in summary.counts.items()))
    for title, origins in (
        ("Measured or published", ("measured", "published")),
        ("Modelled", ("modelled",)),
        ("Assumed", ("assumed",)),
    ):
        print(f"\n{title}:")
        for layer in summary.by_origin(*origins):
            note = f" ({layer.note})" if layer.note else ""
            print(f"  {layer.key}: {layer.file}, {layer.source}{note}")
    print("\nMissing:")
    for key, meaning in summary.missing.items():
        print(f"  {key}: {meaning}")
    if not summary.missing:
        print("  nothing")
    print("\nThe folder is in order.")


@region_app.command(name="list")
def list_regions() -> None:
    """List the regions that come with the program."""
    from bunyad.region.file import read_region_file
    from bunyad.region.folder import built_in_regions

    for name, folder in built_in_regions().items():
        title = read_region_file(folder).title
        print(f"{name}: {title.get('en', name)}")


@region_app.command(name="schema")
def print_schema() -> None:
    """Print the JSON Schema of region.yaml, for editors to complete and check the file."""
    from bunyad.region.file import region_schema

    print(json.dumps(region_schema(), indent=2, ensure_ascii=False))


@app.command
def why(
    region: str,
    lon: float,
    lat: float,
    /,
    *,
    option: Annotated[tuple[str, ...], Parameter(name=["--option", "-o"], negative=())] = (),
) -> None:
    """
    Tell why no solar or wind plant may stand at a place.

    Parameters
    ----------
    region
        A built-in region, such as karabakh, or a region folder.
    lon
        Longitude of the place, in degrees east.
    lat
        Latitude of the place, in degrees north.
    option
        An option value, as room.name=value; may be given many times.
    """
    from bunyad.plan import region_options
    from bunyad.potential import assess_potential, why_not_here
    from bunyad.region import load_region

    there = load_region(region)
    chosen = region_options(there, ("--option", parse_options(option)))
    potential = assess_potential(there, options=chosen.potential)
    reasons = why_not_here(there, potential, lon, lat)
    for technology in ("solar", "wind"):
        texts = [reason.text for reason in reasons if reason.technology == technology]
        print(f"{technology}: {'; '.join(texts) or 'nothing stands against it'}")


@app.command
def options(room: str | None = None, /, *, as_json: AsJson = False) -> None:
    """
    List every option with its default, unit, meaning and source.

    Parameters
    ----------
    room
        Only the options of one room: finance, potential, settle, connect, energy, programme or
        auction.
    as_json
        Print the result for machines.
    """
    import dataclasses

    from bunyad.options import ROOMS, option_table

    if room is not None and room not in ROOMS:
        raise InputError(
            f"there is no room {room!r}", where="options", mend=f"give one of {', '.join(ROOMS)}"
        )
    rows = [row for row in option_table() if room is None or row.key.startswith(f"{room}.")]
    if as_json:
        print(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        unit = f" {row.unit}" if row.unit not in ("", "-") else ""
        print(f"{row.key} = {row.default}{unit}\n    {row.title}. Source: {row.source}")


def parse_options(pairs: tuple[str, ...]) -> dict[str, str]:
    """Turn `room.name=value` texts into a mapping."""
    values = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise InputError(
                f"{pair!r} is no option", where="--option", mend="write room.name=value"
            )
        values[key.strip()] = value.strip()
    return values


def _read_options_file(path: Path) -> Mapping[str, Any]:
    """Read option values from a YAML file."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    mend = "give a YAML file of lines such as potential.solar_max_slope_percent: 8"
    try:
        content = YAML(typ="safe").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read ({error})", where=str(path), mend=mend) from None
    except YAMLError as error:
        short = str(error).splitlines()[0]
        raise InputError(f"it is not valid YAML ({short})", where=str(path), mend=mend) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InputError("it holds no options", where=str(path), mend=mend)
    return {str(key): value for key, value in content.items()}
