"""The command that solves graph files."""

from __future__ import annotations

import json

import pytest

from bunyad.cli.connect import read_steiner_problem, steiner
from bunyad.errors import InputError, OutputError

PROBLEM = """SECTION Graph
Nodes 4
Edges 6
E 1 2 10
E 2 3 10
E 3 1 10
E 1 4 6
E 2 4 6
E 3 4 6
END

SECTION Terminals
Terminals 3
T 1
T 2
T 3
END
"""


@pytest.fixture
def problem(tmp_path):
    path = tmp_path / "star.gr"
    path.write_text(PROBLEM)
    return path


def test_the_tree_of_a_file_is_printed_with_its_bound(problem, capsys):
    steiner(problem)

    content = json.loads(capsys.readouterr().out)
    assert (content["weight"], content["bound"], content["gap"]) == (18.0, 18.0, 0.0)
    assert content["edges"] == [[1, 4], [2, 4], [3, 4]]


def test_the_tree_goes_to_a_file_where_one_is_named(problem, tmp_path, capsys):
    steiner(problem, out=tmp_path / "tree.json", effort=1000)

    assert json.loads((tmp_path / "tree.json").read_text())["weight"] == 18.0
    assert capsys.readouterr().out == ""


def test_a_place_that_cannot_be_written_is_told(problem, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        steiner(problem, out=tmp_path / "nowhere" / "tree.json")


def test_all_faults_of_a_file_are_told_with_their_lines(tmp_path):
    path = tmp_path / "bad.gr"
    path.write_text("E 1 two 3\nE 1 2 3\nT 1\nT\n")

    with pytest.raises(InputError) as raised:
        read_steiner_problem(path)

    assert [fault.where for fault in raised.value.faults] == [f"{path}: line 1", f"{path}: line 4"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_without_a_graph_is_told(tmp_path, content):
    path = tmp_path / "empty.gr"
    path.write_bytes(content)

    with pytest.raises(InputError):
        read_steiner_problem(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_steiner_problem(tmp_path / "none.gr")
