"""What people write in YAML or JSON: read with its lines, and every fault told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bunyad.errors import Fault, InputError

_SUFFIX = ".yaml"
_BRANCHES = frozenset(("[key]", "decimal", "float", "str", "list[float]", "function-after"))
"""Branches of unions, which pydantic puts into the place of a fault as if they were fields."""

Body = TypeVar("Body", bound=BaseModel)


class Written(BaseModel):
    """Base of what people write: unknown fields are faults."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """Files that come with the package, one YAML file each, named without its ending."""

    package: str

    def names(self) -> tuple[str, ...]:
        """
        Return the names, in alphabetical order.

        Examples
        --------
        >>> "india-seci" in ReadyMade("bunyad.auction.rules").names()
        True
        """
        names = (entry.name for entry in (files(self.package) / "data").iterdir())
        return tuple(sorted(one.removesuffix(_SUFFIX) for one in names if one.endswith(_SUFFIX)))

    def text(self, name: str) -> str:
        """Return the YAML text of one, to start one's own from."""
        if name not in self.names():
            raise InputError(
                f"there are no ready-made rules {name!r}",
                where="rules",
                mend=f"choose one of: {', '.join(self.names())}",
            )
        return (files(self.package) / "data" / f"{name}{_SUFFIX}").read_text("utf-8")

    def read(self, source: str | Path) -> tuple[str, str]:
        """Return the text of a ready-made one or of a file, and its name in errors."""
        name = str(source)
        if name in self.names():
            return self.text(name), name + _SUFFIX
        try:
            return Path(source).read_text("utf-8"), name
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"the rules cannot be read ({error})",
                where=name,
                mend=f"give a UTF-8 file, or one of: {', '.join(self.names())}",
            ) from None


def parse_fields(text: str, *, where: str, start: str) -> Any:
    """
    Read a YAML 1.2 (or JSON) text that must hold fields; they know their lines.

    Parameters
    ----------
    text
        The document.
    where
        Name of it in errors.
    start
        What such a document starts with.

    Raises
    ------
    InputError
        If it is no YAML, or holds no fields.

    Examples
    --------
    >>> parse_fields("a: 1", where="file.yaml", start="a: 1")["a"]
    1
    """
    try:
        content = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(
            f"line {line} is not valid YAML: {error.problem}",
            where=where,
            mend="check indentation, colons and quotes there",
        ) from None
    if not isinstance(content, Mapping):
        raise InputError("it holds no fields", where=where, mend=f"start it with `{start}`")
    return content


def fields_faults(
    error: ValidationError,
    content: Any,
    *,
    where: str,
    path_of: Callable[[Sequence[Any]], Iterable[Any]] = lambda place: place,
) -> list[Fault]:
    """
    Return what pydantic found as faults, each with the line and path of its field.

    Parameters
    ----------
    error
        What pydantic found.
    content
        What was read, with its lines.
    where
        Name of the file.
    path_of
        Takes what is no field out of the place of a fault.
    """
    return [_fault(dict(one), content, where, list(path_of(one["loc"]))) for one in error.errors()]


def check_written(body: type[Body], written: Any, *, where: str) -> Body:
    """
    Return written values as a checked body; one that was checked already stays as it is.

    Parameters
    ----------
    body
        What they have to be.
    written
        A dict, or a `body`.
    where
        Name of the file, for errors.

    Raises
    ------
    InputError
        With every fault.
    """
    if isinstance(written, body):
        return written
    try:
        return body.model_validate(written)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                f"{where}: {'.'.join(str(part) for part in one['loc']) or 'the document'}",
                one["msg"],
                "look at the example in the manual",
            )
            for one in error.errors()
        ) from None


def _fault(found: dict[str, Any], content: Any, where: str, place: list[Any]) -> Fault:
    """Turn one fault of pydantic into ours: line, field, value, what was expected."""
    path = [part for part in place if part not in _BRANCHES]
    field = ".".join(str(part) for part in path) or "the document"
    line = _line(content, path)
    spot = f"{where}:{line}: {field}" if line else f"{where}: {field}"
    if found["type"] == "missing":
        return Fault(spot, "the field is missing", "add it; the JSON Schema tells its form")
    if found["type"] == "extra_forbidden":
        return Fault(spot, "there is no such field", "remove it or correct its spelling")
    expected = re.sub(r"^(Input should be|Value error,) ?", "", str(found["msg"]))
    if isinstance(found["input"], Mapping):
        return Fault(spot, f"the fields do not fit: {expected}", "correct them")
    expected = expected.rsplit("expected ", 1)[-1]
    return Fault(spot, f"the value is {found['input']!r}", f"it should be {expected}")


def _line(content: Any, path: Sequence[Any]) -> int | None:
    """Return the line of a field [1-based], as near as it exists."""
    line = None
    for part in path:
        try:
            line = content.lc.data[part][0] + 1
            content = content[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line
