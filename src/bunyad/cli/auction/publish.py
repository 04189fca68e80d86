"""The commands that publish an auction, and that show its commission what to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bunyad.cli.app import AsJson
from bunyad.cli.auction.app import auction_app, read_bytes, read_yaml
from bunyad.errors import Fault, InputError, OutputError

if TYPE_CHECKING:
    from bunyad.auction.publish import Flag, Publisher
    from bunyad.options.flags import FlagOptions

Several = Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=False)]
Thresholds = Annotated[
    tuple[str, ...], Parameter(name=["--option", "-o"], negative=(), consume_multiple=False)
]


@auction_app.command(name="publish")
def publish(
    record: Path,
    /,
    *,
    out: Path,
    publisher: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """
    Write all that is published of an auction.

    Writes releases.json and record-package.json (OCDS 1.1.5), rules.json, bids.csv, awards.csv
    and a page of each lot in English and Azerbaijani. Files of an earlier run are replaced.

    Parameters
    ----------
    record
        The auction's record.json; bunyad auction verify says whether it is true.
    out
        Folder to write into.
    publisher
        YAML file of who publishes: prefix of the ids, agency, licence, parties.
    as_json
        Print the names of the files for machines.
    """
    from bunyad.auction.publish import published_files, read_shown

    files = published_files(read_shown(read_bytes(record)), _publisher(publisher))
    for name, text in files.items():
        _write(out / name, text)
    if as_json:
        print(json.dumps({"out": str(out), "files": list(files)}, ensure_ascii=False))
    else:
        print(f"Wrote {len(files)} files into {out}.")


@auction_app.command(name="flags")
def flags(
    record: Path,
    /,
    *,
    past_winner: Several = (),
    option: Thresholds = (),
    language: str = "en",
    as_json: AsJson = False,
) -> None:
    """
    Show the commission which patterns of bids to look at.

    A flag is a reason to look and never a proof; below each stands what it does not prove.

    Parameters
    ----------
    record
        The auction's record.json.
    past_winner
        Winner of a lot of an earlier auction; may be given many times.
    option
        A threshold, as flags.name=value; may be given many times.
    language
        Language of the words: en or az.
    as_json
        Print the flags for machines.
    """
    from bunyad.auction.publish import read_shown, red_flags, told

    found = red_flags(
        read_shown(read_bytes(record)), options=_thresholds(option), past_winners=past_winner
    )
    if as_json:
        print(json.dumps([_content(flag, language) for flag in found], ensure_ascii=False))
        return
    for flag in found:
        what, proves_not = told(flag, language)
        place = f"{flag.id} {flag.lot}".strip()
        print(f"{place} [{flag.strength}] {what}\n    {proves_not}")
    if not found:
        print("No flags.")


def _content(flag: Flag, language: str) -> dict[str, object]:
    """Return a flag as JSON values."""
    from bunyad.auction.publish import told

    what, proves_not = told(flag, language)
    return {
        "id": flag.id,
        "kind": flag.kind,
        "lot": flag.lot,
        "strength": flag.strength,
        "bidders": list(flag.bidders),
        "events": list(flag.events),
        "figures": dict(flag.figures),
        "what": what,
        "proves_not": proves_not,
    }


def _publisher(path: Path | None) -> Publisher:
    from bunyad.auction.publish import Publisher, read_publisher

    return Publisher() if path is None else read_publisher(read_yaml(path), where=str(path))


def _thresholds(given: Sequence[str]) -> FlagOptions:
    """Return the thresholds with those given on the command line."""
    from pydantic import ValidationError

    from bunyad.options.flags import FlagOptions

    chosen = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.startswith("flags."):
            raise InputError(
                f"{text!r} is no threshold", where="--option", mend="write flags.name=value"
            )
        chosen[name.removeprefix("flags.")] = value
    try:
        return FlagOptions.model_validate(chosen)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"--option flags.{'.'.join(str(part) for part in fault['loc'])}",
                what=fault["msg"],
                mend="see docs/explanation/red-flags.md for the thresholds",
            )
            for fault in error.errors(include_url=False)
        ) from None


def _write(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    half = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(path)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})",
            where=str(path),
            mend="choose another folder",
        ) from None
