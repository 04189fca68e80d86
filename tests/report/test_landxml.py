"""LandXML files, read by another hand than the one that wrote them."""

from itertools import pairwise
from xml.dom import minidom

import numpy as np
import pytest
from export_lines import RADIUS, SOUTH, WEST, sample_line

from bunyad.report.landxml import landxml_text, write_landxml


@pytest.fixture(scope="module")
def document():
    return minidom.parseString(landxml_text(sample_line(), crs="EPSG:32638", name="Şuşa & 1"))


def _numbers(element, tag):
    return [float(v) for v in element.getElementsByTagName(tag)[0].firstChild.data.split()]


def test_courses_lead_from_the_first_point_to_the_last(document) -> None:
    geometry = document.getElementsByTagName("CoordGeom")[0]
    courses = [node for node in geometry.childNodes if node.nodeType == node.ELEMENT_NODE]

    assert [course.tagName for course in courses] == ["Line", "Curve", "Line"]
    assert _numbers(courses[0], "Start") == [SOUTH, WEST]
    assert _numbers(courses[-1], "End") == pytest.approx([SOUTH + 900, WEST + 1_300])
    for one, other in pairwise(courses):
        assert _numbers(one, "End") == _numbers(other, "Start")


def test_an_arc_keeps_radius_turn_and_length(document) -> None:
    (curve,) = document.getElementsByTagName("Curve")
    start, centre, end = (np.array(_numbers(curve, tag)) for tag in ("Start", "Center", "End"))

    assert float(curve.getAttribute("radius")) == pytest.approx(RADIUS, abs=1e-3)
    assert np.hypot(*(start - centre)) == pytest.approx(RADIUS, abs=1e-3)
    assert np.hypot(*(end - centre)) == pytest.approx(RADIUS, abs=1e-3)
    assert curve.getAttribute("rot") == "ccw"


def test_the_profile_spans_the_alignment(document) -> None:
    points = [
        [float(v) for v in node.firstChild.data.split()]
        for node in document.getElementsByTagName("PVI")
    ]
    (alignment,) = document.getElementsByTagName("Alignment")

    assert points[0] == [0, 100]
    assert points[-1] == [float(alignment.getAttribute("length")), 114]
    assert [p[0] for p in points] == sorted(p[0] for p in points)


def test_the_file_names_units_system_and_structures(tmp_path, document) -> None:
    path = tmp_path / "line.xml"

    write_landxml(sample_line(), path, crs="EPSG:32638", name="Şuşa & 1")

    assert path.read_text("utf-8") == landxml_text(sample_line(), crs="EPSG:32638", name="Şuşa & 1")
    assert document.documentElement.namespaceURI == "http://www.landxml.org/schema/LandXML-1.2"
    assert document.getElementsByTagName("Metric")[0].getAttribute("linearUnit") == "meter"
    system = document.getElementsByTagName("CoordinateSystem")[0]
    assert system.getAttribute("epsgCode") == "32638"
    codes = [node.getAttribute("code") for node in document.getElementsByTagName("Feature")]
    assert codes == ["bridge", "tunnel"]
