"""Write an alignment as LandXML 1.2, which road and railway design programs read."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree as ET

from pyproj import CRS

from bunyad.connect.alignment.model import Alignment
from bunyad.report.courses import Course, split_courses, split_grades, split_structures

NAMESPACE = "http://www.landxml.org/schema/LandXML-1.2"
STILL_DATE = ("2000-01-01", "00:00:00")
"""Date and time that the format asks for, so that the same line gives the same bytes."""


def write_landxml(line: Alignment, path: Path, *, crs: str, name: str) -> None:
    """
    Write an alignment's courses, profile and structures into a LandXML file.

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
    path.write_text(landxml_text(line, crs=crs, name=name), encoding="utf-8")


def landxml_text(line: Alignment, *, crs: str, name: str) -> str:
    """
    Return an alignment as LandXML 1.2.

    Points are given as northing and easting, heights and lengths in metres.

    Parameters
    ----------
    line
        The alignment.
    crs
        Reference system of its eastings and northings, such as `EPSG:32638`.
    name
        Name of the alignment.
    """
    date, time = STILL_DATE
    root = ET.Element("LandXML", {
        "xmlns": NAMESPACE, "version": "1.2", "date": date, "time": time, "language": "English",
        "readOnly": "false",
    })  # fmt: skip
    units = ET.SubElement(root, "Units")
    ET.SubElement(units, "Metric", {
        "areaUnit": "squareMeter", "linearUnit": "meter", "volumeUnit": "cubicMeter",
        "temperatureUnit": "celsius", "pressureUnit": "milliBars",
        "angularUnit": "decimal degrees", "directionUnit": "decimal degrees",
    })  # fmt: skip
    system = CRS.from_user_input(crs)
    code = system.to_epsg()
    ET.SubElement(root, "CoordinateSystem", {
        "desc": system.name, **({} if code is None else {"epsgCode": str(code)}),
    })  # fmt: skip
    ET.SubElement(root, "Application", {"name": "Bunyad", "version": metadata.version("bunyad")})
    courses = split_courses(line)
    alignment = ET.SubElement(
        ET.SubElement(root, "Alignments"),
        "Alignment",
        {"name": name, "length": _metres(sum(c.length_m for c in courses)), "staStart": "0"},
    )
    geometry = ET.SubElement(alignment, "CoordGeom")
    for course in courses:
        _add_course(geometry, course)
    _add_profile(alignment, line, name)
    _add_structures(alignment, line)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_course(geometry: ET.Element, course: Course) -> None:
    """Add a straight or an arc."""
    if course.centre_m is None:
        element = ET.SubElement(geometry, "Line", {"length": _metres(course.length_m)})
    else:
        element = ET.SubElement(geometry, "Curve", {
            "rot": "ccw" if course.radius_m > 0 else "cw",
            "radius": _metres(abs(course.radius_m)), "length": _metres(course.length_m),
        })  # fmt: skip
    element.set("staStart", _metres(course.station_m))
    for tag, place in (
        ("Start", course.start_m),
        ("Center", course.centre_m),
        ("End", course.end_m),
    ):
        if place is not None:
            ET.SubElement(element, tag).text = f"{_metres(place[1])} {_metres(place[0])}"


def _add_profile(alignment: ET.Element, line: Alignment, name: str) -> None:
    """Add the points where the gradient changes."""
    profile = ET.SubElement(ET.SubElement(alignment, "Profile"), "ProfAlign", {"name": name})
    grades = split_grades(line)
    ends = [(grade.station_m, grade.height_m) for grade in grades]
    last = grades[-1]
    ends.append((last.station_m + last.length_m, float(line.points_m[-1, 2])))
    for station, height in ends:
        ET.SubElement(profile, "PVI").text = f"{_metres(station)} {_metres(height)}"


def _add_structures(alignment: ET.Element, line: Alignment) -> None:
    """Add a feature for each bridge and tunnel."""
    for stretch in split_structures(line):
        if stretch.kind == "open":
            continue
        feature = ET.SubElement(alignment, "Feature", {"code": stretch.kind})
        for label, value in (("staStart", stretch.station_m), ("length", stretch.length_m)):
            ET.SubElement(feature, "Property", {"label": label, "value": _metres(value)})


def _metres(value: float) -> str:
    """Return a length to a tenth of a millimetre."""
    return f"{value:.4f}"
