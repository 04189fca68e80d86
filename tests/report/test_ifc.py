"""IFC files, opened and held against the schema by IfcOpenShell."""

from itertools import pairwise

import ifcopenshell
import ifcopenshell.validate
import numpy as np
import pytest
from export_lines import RADIUS, SOUTH, WEST, sample_line

from bunyad.report.ifc import write_ifc

NAME = "Şuşa's #1 \\ 2"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("ifc") / "line.ifc"
    write_ifc(sample_line(turn=-1), path, crs="EPSG:32638", name=NAME)
    return ifcopenshell.open(path)


def test_the_file_keeps_to_the_schema(model) -> None:
    faults = ifcopenshell.validate.json_logger()

    ifcopenshell.validate.validate(model, faults)

    assert model.schema_identifier == "IFC4X3_ADD2"
    assert faults.statements == []


def test_horizontal_segments_are_the_courses_and_an_end(model) -> None:
    parts = model.by_type("IfcAlignmentHorizontalSegment")

    assert [p.PredefinedType for p in parts] == ["LINE", "CIRCULARARC", "LINE", "LINE"]
    lengths = [p.SegmentLength for p in parts]
    assert lengths == pytest.approx([1_000, RADIUS * np.pi / 2, 600, 0], abs=1e-3)
    assert parts[1].StartRadiusOfCurvature == pytest.approx(-RADIUS, abs=1e-3)
    assert parts[-1].StartPoint.Coordinates == pytest.approx((1_300, -900))


def test_vertical_segments_follow_each_other(model) -> None:
    parts = model.by_type("IfcAlignmentVerticalSegment")

    for one, other in pairwise(parts):
        assert one.StartDistAlong + one.HorizontalLength == pytest.approx(
            other.StartDistAlong, abs=1e-3
        )
        assert one.StartHeight + one.StartGradient * one.HorizontalLength == pytest.approx(
            other.StartHeight, abs=0.05
        )
    assert parts[-1].HorizontalLength == 0


def test_the_alignment_is_named_placed_and_nested(model) -> None:
    (alignment,) = model.by_type("IfcAlignment")
    (place,) = model.by_type("IfcMapConversion")

    assert alignment.Name == NAME
    assert (place.Eastings, place.Northings) == (WEST, SOUTH)
    assert place.TargetCRS.Name == "EPSG:32638"
    nested = [part.is_a() for part in alignment.IsNestedBy[0].RelatedObjects]
    assert nested == ["IfcAlignmentHorizontal", "IfcAlignmentVertical"]
    ids = [root.GlobalId for root in model.by_type("IfcRoot")]
    assert len(ids) == len(set(ids))
