"""
Write an alignment as IFC 4.3, the open format of building and infrastructure models.

The file is plain STEP text (ISO 10303-21): a project, its reference system, and one alignment
with its horizontal and vertical segments and its axis in space. Nothing but this module is needed
to write it.
"""

from __future__ import annotations

import uuid
from importlib import metadata
from pathlib import Path

from pyproj import CRS

from bunyad.connect.alignment.model import Alignment
from bunyad.report.courses import Course, split_courses, split_grades

STILL_TIME = "2000-01-01T00:00:00"
"""Time that the format asks for, so that the same line gives the same bytes."""
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"
"""Digits of the 22 that an identifier has in IFC."""


class _Word(str):
    """A word that stands in the file as it is: a number of a line, a value of a list."""

    __slots__ = ()


class _Steps:
    """The numbered lines of a STEP file."""

    def __init__(self, name: str) -> None:
        self.lines: list[str] = []
        self.name = name

    def add(self, entity: str, *values: object) -> str:
        """Add a line and return its number."""
        number = _Word(f"#{len(self.lines) + 1}")
        self.lines.append(f"{number}={entity}({','.join(_step(value) for value in values)});")
        return number

    def add_root(self, entity: str, *values: object) -> str:
        """Add a line that has an identifier, made of its place in the file."""
        made = uuid.uuid5(uuid.NAMESPACE_URL, f"bunyad/{self.name}/{len(self.lines)}").int
        digits = "".join(LETTERS[made >> 6 * place & 63] for place in reversed(range(22)))
        return self.add(entity, digits, None, *values)


NONE, DERIVED = _Word("$"), _Word("*")


def write_ifc(line: Alignment, path: Path, *, crs: str, name: str) -> None:
    """
    Write an alignment into an IFC 4.3 file.

    Parameters
    ----------
    line
        The alignment.
    path
        File to write.
    crs
        Reference system of its eastings and northings, such as `EPSG:32638`.
    name
        Name of the alignment.
    """
    path.write_text(ifc_text(line, crs=crs, name=name), encoding="utf-8")


def ifc_text(line: Alignment, *, crs: str, name: str) -> str:
    """
    Return an alignment as the text of an IFC 4.3 file.

    Coordinates are metres from the alignment's first point; the file says where that lies.

    Parameters
    ----------
    line
        The alignment.
    crs
        Reference system of its eastings and northings, such as `EPSG:32638`.
    name
        Name of the alignment.
    """
    steps = _Steps(name)
    origin = tuple(float(value) for value in line.points_m[0, :2])
    context, project = _add_project(steps, crs, (origin[0], origin[1]))
    placement = _add_placement(steps)
    alignment = steps.add_root(
        "IFCALIGNMENT", name, None, None, placement, _add_axis(steps, line, context), None
    )
    steps.add_root("IFCRELAGGREGATES", None, None, project, [alignment])
    horizontal = steps.add_root("IFCALIGNMENTHORIZONTAL", name, None, None, placement, None)
    vertical = steps.add_root("IFCALIGNMENTVERTICAL", name, None, None, placement, None)
    steps.add_root("IFCRELNESTS", None, None, alignment, [horizontal, vertical])
    for owner, segments in (
        (horizontal, _add_courses(steps, line, (origin[0], origin[1]))),
        (vertical, _add_grades(steps, line)),
    ):
        nested = [
            steps.add_root("IFCALIGNMENTSEGMENT", None, None, None, placement, None, segment)
            for segment in segments
        ]
        steps.add_root("IFCRELNESTS", None, None, owner, nested)
    version = metadata.version("bunyad")
    head = "\n".join([
        "ISO-10303-21;", "HEADER;",
        "FILE_DESCRIPTION(('ViewDefinition [Alignment-basedView]'),'2;1');",
        f"FILE_NAME({_step(name)},'{STILL_TIME}',(''),(''),'Bunyad {version}','Bunyad','');",
        "FILE_SCHEMA(('IFC4X3_ADD2'));", "ENDSEC;", "DATA;",
    ])  # fmt: skip
    return "\n".join([head, *steps.lines, "ENDSEC;", "END-ISO-10303-21;", ""])


def _add_project(steps: _Steps, crs: str, origin: tuple[float, float]) -> tuple[str, str]:
    """Add units, the reference system and the project; return its context and itself."""
    units = [
        steps.add("IFCSIUNIT", DERIVED, _Word(f".{kind}."), NONE, _Word(f".{unit}."))
        for kind, unit in (("LENGTHUNIT", "METRE"), ("PLANEANGLEUNIT", "RADIAN"))
    ]
    assigned = steps.add("IFCUNITASSIGNMENT", units)
    context = steps.add(
        "IFCGEOMETRICREPRESENTATIONCONTEXT", None, "Model", 3, 1e-5, _add_frame(steps), None
    )
    system = CRS.from_user_input(crs)
    code = system.to_epsg()
    projected = steps.add(
        "IFCPROJECTEDCRS", system.name if code is None else f"EPSG:{code}", system.name,
        None, None, None, None, None,
    )  # fmt: skip
    steps.add("IFCMAPCONVERSION", context, projected, *origin, 0.0, None, None, None)
    project = steps.add_root("IFCPROJECT", "Bunyad", None, None, None, None, [context], assigned)
    return context, project


def _add_frame(steps: _Steps) -> str:
    """Add the origin of coordinates."""
    return steps.add(
        "IFCAXIS2PLACEMENT3D", steps.add("IFCCARTESIANPOINT", [0.0, 0.0, 0.0]), None, None
    )


def _add_placement(steps: _Steps) -> str:
    """Add the place of the alignment, which is the origin."""
    return steps.add("IFCLOCALPLACEMENT", None, _add_frame(steps))


def _add_axis(steps: _Steps, line: Alignment, context: str) -> str:
    """Add the line in space."""
    places = line.points_m - (*line.points_m[0, :2], 0)
    points = steps.add("IFCCARTESIANPOINTLIST3D", [list(map(float, at)) for at in places], None)
    curve = steps.add("IFCINDEXEDPOLYCURVE", points, None, None)
    shape = steps.add("IFCSHAPEREPRESENTATION", context, "Axis", "Curve3D", [curve])
    return steps.add("IFCPRODUCTDEFINITIONSHAPE", None, None, [shape])


def _add_courses(steps: _Steps, line: Alignment, origin: tuple[float, float]) -> list[str]:
    """Add horizontal segments, and the one without length that ends them."""

    def add(place: tuple[float, float], course: Course, length_m: float, direction: float) -> str:
        point = steps.add("IFCCARTESIANPOINT", [place[0] - origin[0], place[1] - origin[1]])
        kind = _Word(".CIRCULARARC." if course.radius_m else ".LINE.")
        return steps.add(
            "IFCALIGNMENTHORIZONTALSEGMENT", None, None, point, direction, course.radius_m,
            course.radius_m, length_m, None, kind,
        )  # fmt: skip

    courses = split_courses(line)
    last = courses[-1]
    turned = last.length_m / last.radius_m if last.radius_m else 0.0
    return [
        *(add(course.start_m, course, course.length_m, course.direction) for course in courses),
        add(last.end_m, last, 0.0, last.direction + turned),
    ]


def _add_grades(steps: _Steps, line: Alignment) -> list[str]:
    """Add vertical segments, and the one without length that ends them."""

    def add(station_m: float, length_m: float, height_m: float, gradient: float) -> str:
        return steps.add(
            "IFCALIGNMENTVERTICALSEGMENT", None, None, station_m, length_m, height_m, gradient,
            gradient, None, _Word(".CONSTANTGRADIENT."),
        )  # fmt: skip

    grades = split_grades(line)
    last = grades[-1]
    return [
        *(add(g.station_m, g.length_m, g.height_m, g.gradient) for g in grades),
        add(last.station_m + last.length_m, 0.0, float(line.points_m[-1, 2]), last.gradient),
    ]


def _step(value: object) -> str:
    """Return a value as STEP writes it."""
    if value is None:
        return "$"
    if isinstance(value, list | tuple):
        return f"({','.join(_step(part) for part in value)})"
    if isinstance(value, float):
        text = f"{value:.9G}" if abs(value) < 1 else f"{value:.4f}"
        return text if "." in text else text.replace("E", ".E") if "E" in text else f"{text}."
    if isinstance(value, int):
        return str(value)
    if isinstance(value, _Word):
        return str(value)
    return "'" + "".join(_letter(letter) for letter in str(value)) + "'"


def _letter(letter: str) -> str:
    """Return a letter as STEP writes it."""
    if letter in "'\\":
        return 2 * letter
    return letter if " " <= letter <= "~" else f"\\X4\\{ord(letter):08X}\\X0\\"
