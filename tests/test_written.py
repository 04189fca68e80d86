"""What people write: every fault at once, with its line; names of a room in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from bunyad.errors import InputError
from bunyad.words import Catalogue
from bunyad.written import ReadyMade, Written, check_written, fields_faults, parse_fields


class Lamp(Written):
    id: str
    power: float = Field(gt=0)


class Street(Written):
    lamps: list[Lamp]


def faults(text: str) -> list[str]:
    content = parse_fields(text, where="street.yaml", start="lamps:")
    with pytest.raises(ValidationError) as raised:
        Street.model_validate(content)
    return [str(one) for one in fields_faults(raised.value, content, where="street.yaml")]


def test_every_fault_is_told_with_its_line_and_path() -> None:
    text = "lamps:\n- id: a\n  power: -3\n- power: 2\n  colour: red\n"
    assert faults(text) == [
        "street.yaml:3: lamps.0.power: the value is -3. It should be greater than 0.",
        "street.yaml:4: lamps.1.id: the field is missing. Add it; the JSON Schema tells its form.",
        "street.yaml:5: lamps.1.colour: there is no such field. Remove it or correct its spelling.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [("a: [", "line 1 is not valid YAML"), ("- 1", "it holds no fields"), ("", "holds no fields")],
)
def test_what_is_no_document_of_fields_is_told(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_fields(text, where="street.yaml", start="lamps:")


def test_what_was_checked_stays_and_what_is_wrong_is_told_at_once() -> None:
    street = check_written(Street, {"lamps": []}, where="body")
    assert check_written(Street, street, where="body") is street
    with pytest.raises(InputError) as raised:
        check_written(Street, {"lamps": [{"id": 3}], "more": 1}, where="body")
    assert [one.where for one in raised.value.faults] == [
        "body: lamps.0.id", "body: lamps.0.power", "body: more",
    ]  # fmt: skip


def test_ready_made_files_are_read_by_name_and_own_ones_by_path(tmp_path: Path) -> None:
    ready = ReadyMade("bunyad.operate.commands")
    assert ready.read("village") == (ready.text("village"), "village.yaml")
    own = tmp_path / "own.yaml"
    own.write_text("a: 1")
    assert ready.read(own) == ("a: 1", str(own))
    with pytest.raises(InputError, match="one of: village"):
        ready.read(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="no ready-made rules 'town'"):
        ready.text("town")


def test_a_language_without_a_catalogue_is_refused() -> None:
    assert Catalogue("operate").words("age-hours", "az", {"count": 3}) == "3 saat"
    assert not Catalogue("operate").has_words("no-such-word", "en")
    with pytest.raises(InputError, match="Choose from en, az"):
        Catalogue("operate").words("age-hours", "fr")
