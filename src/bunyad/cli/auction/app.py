"""The group of commands, and how they read and write files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cyclopts import App

from bunyad.cli.app import app
from bunyad.errors import InputError, OutputError

OWNER_ONLY = 0o600

auction_app = App(
    name="auction", help="Hold an auction: draft, seal, open together, clear, award, verify."
)
app.command(auction_app)


def read_bytes(path: Path) -> bytes:
    """Return what a file holds."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", where=str(path), mend="give another file"
        ) from None


def read_json(path: Path) -> Any:
    """Return the JSON values in a file."""
    try:
        return json.loads(read_bytes(path))
    except (ValueError, RecursionError):
        raise InputError("it is no JSON", where=str(path), mend="give another file") from None


def read_yaml(path: Path) -> Any:
    """Return the values in a YAML or JSON file."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(read_bytes(path).decode())
    except (UnicodeDecodeError, YAMLError) as error:
        short = str(error).splitlines()[0]
        raise InputError(
            f"it is not valid YAML ({short})", where=str(path), mend="give another file"
        ) from None


def write_new(path: Path, content: Any, *, is_secret: bool = False) -> None:
    """Write JSON values to a file that is not there yet; what is secret only its owner reads."""
    mode = OWNER_ONLY if is_secret else 0o666
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.write("\n")
    except FileExistsError:
        raise InputError("it is there already", where=str(path), mend="give another name") from None
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), mend="choose another file"
        ) from None


def give(content: Any, out: Path | None) -> None:
    """Print JSON values, or write them to a new file."""
    if out is None:
        print(json.dumps(content, ensure_ascii=False))
    else:
        write_new(out, content)
