"""Organisations from files: every fault told, nothing by halves, and back again."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from partner_files import organisations_file

from bunyad.errors import InputError
from bunyad.partner.organisations import (
    Contact,
    Directory,
    Document,
    Organisation,
    Reference,
    organisations_csv,
    organisations_xlsx,
    parse_organisations,
    read_organisations,
)
from bunyad.partner.organisations.codes import branches, countries, languages, read_branch

HEAD = "name,sort,country,sectors,languages,offers"


def parse(*lines: str, head: str = HEAD, keeps: bool = False):
    text = "\n".join([head, *lines])
    return parse_organisations(text.encode(), where="o.csv", keeps_good_rows=keeps)


def refused(*lines: str, head: str = HEAD) -> str:
    with pytest.raises(InputError) as caught:
        parse(*lines, head=head)
    return str(caught.value)


def test_isic_has_as_many_branches_as_the_united_nations_publish() -> None:
    # Statistical Papers M 4/Rev. 4, par. 47: 21 sections, 88 divisions, 238 groups, 419 classes.
    sizes = [sum(len(code) == size for code in branches()) for size in (1, 2, 3, 4)]
    assert sizes == [21, 88, 238, 419]


def test_every_branch_but_a_section_lies_in_another() -> None:
    known = branches()
    assert all(one.above in known for one in known.values() if len(one.code) > 1)
    assert all(known[code].above == code[:-1] for code in known if len(code) > 2)


def test_nace_codes_are_read_as_deep_as_isic_goes() -> None:
    assert [read_branch(one) for one in ("J", "62.01", "J62.01", "F43.2", "43.29", "47.11")] == [
        "J", "6201", "6201", "432", "4329", "4711",
    ]  # fmt: skip
    assert read_branch("A62.01") is None
    assert read_branch("6299") is None
    assert read_branch("04") is None


def test_a_file_of_ten_thousand_with_five_hundred_faults_is_told_whole_and_fast() -> None:
    content, wrong = organisations_file(10_000, 500)
    begun = time.perf_counter()
    with pytest.raises(InputError) as caught:
        parse_organisations(content, where="o.csv")
    took = time.perf_counter() - begun
    told = {}
    for fault in caught.value.faults:
        place, _, field = fault.where.rpartition(": ")
        told.setdefault(int(place.rpartition(":")[2]), set()).add(field)
        assert fault.what
        assert fault.mend
    assert set(told) == set(wrong)
    assert all(wrong[line] in fields for line, fields in told.items())
    assert took < 10


def test_good_rows_are_kept_only_where_the_user_says_so() -> None:
    content, wrong = organisations_file(200, 20)
    kept = parse_organisations(content, keeps_good_rows=True)
    assert (kept.rows, kept.faulty_rows) == (200, 20)
    assert len(kept.directory.organisations) == len(kept.directory.contacts) == 180
    faulty = {f"firm-{line - 2}" for line in wrong}
    assert faulty.isdisjoint(one.id for one in kept.directory.organisations)
    with pytest.raises(InputError):
        parse_organisations(content)


def test_a_line_is_that_where_its_record_begins() -> None:
    told = refused('"A\nB",company,AZ,6201,az,"x\ny"', "C,company,XX,6201,az,x")
    assert told.startswith("o.csv:5: country")


def test_a_misspelt_country_is_guessed() -> None:
    assert "Pakistan is PK" in refused("A,company,Pakistn,6201,az,x")


def test_countries_are_known_by_their_names_too() -> None:
    rows = [f"A{at},company,{name},62,az,x" for at, name in enumerate(
        ["Azərbaycan", "PAKISTAN", "پاکستان", "Россия", "Türkiye"])]  # fmt: skip
    found = [one.country for one in parse(*rows).directory.organisations]
    assert found == ["AZ", "PK", "PK", "RU", "TR"]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("name,sort,country,sectors,languages", "offers: the column is missing"),
        (f"{HEAD},colour", "colour: there is no such column"),
        (f"{HEAD},name", "name: the column stands twice"),
        ("", "name: the column is missing"),
    ],
)
def test_a_wrong_header_is_told(head: str, told: str) -> None:
    assert told in refused("A,company,AZ,6201,az,x", head=head)


def test_fields_beyond_the_header_and_open_quotes_are_told() -> None:
    assert "more fields than columns" in refused("A,company,AZ,6201,az,x,y")
    assert "no valid CSV" in refused('A,company,AZ,6201,az,"x')


def test_text_that_is_no_utf_8_is_told_with_its_line() -> None:
    with pytest.raises(InputError, match=r"o\.csv:2: byte"):
        parse_organisations(f"{HEAD}\nA,company,AZ,6201,az,\xe4".encode("latin-1"), where="o.csv")


def test_a_file_with_semicolons_and_empty_lines_is_read() -> None:
    text = f'\ufeff{HEAD.replace(",", ";")}\r\nA;company;AZ;6201;"az; en";x, y\r\n;;;;;\r\n'
    found = parse_organisations(text.encode()).directory.organisations[0]
    assert (found.languages, found.offers) == (("az", "en"), "x, y")


def test_two_rows_of_one_identifier_are_told_and_of_one_name_are_told_apart() -> None:
    assert "'a' stands at o.csv:2 too" in refused(
        "a,A,company,AZ,6201,az,x", "a,B,company,AZ,6201,az,x", head=f"id,{HEAD}"
    )
    found = parse("A,company,AZ,62,az,x", "A,company,TR,62,az,x").directory.organisations
    assert [one.id for one in found] == ["a", "a-3"]


def test_a_contact_needs_an_address() -> None:
    told = refused("A,company,AZ,6201,az,x,Leyla", head=f"{HEAD},contact_name")
    assert "contact_email: the field is empty" in told


def test_a_workbook_is_read_as_a_text_is(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append([*HEAD.split(","), "staff", "turnover_usd"])
    book.active.append(["Araz", "company", "AZ", 6201, "az", "software", 12, 2.5e6])
    book.save(tmp_path / "o.xlsx")
    found = read_organisations(tmp_path / "o.xlsx").directory.organisations[0]
    assert (found.sectors, found.staff, found.turnover_usd) == (("6201",), 12, 2.5e6)
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputError, match="no workbook"):
        read_organisations(tmp_path / "bad.xlsx")
    with pytest.raises(InputError, match="cannot be read"):
        read_organisations(tmp_path / "none.csv")


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Co"),
                  exclude_characters=";|\ufffe\uffff"),
    min_size=1, max_size=12,
).map(str.strip).filter(bool)  # fmt: skip
amounts = st.none() | st.floats(0, 1e14, allow_nan=False) | st.integers(0, 10**9).map(float)
references = st.builds(
    Reference, title=words, country=st.sampled_from(["", *countries()]),
    year=st.none() | st.integers(1900, 2200), amount_usd=amounts,
)  # fmt: skip
organisations = st.builds(
    Organisation,
    id=st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), name=words,
    sort=st.sampled_from(["company", "school"]), country=st.sampled_from(list(countries())),
    sectors=st.lists(st.sampled_from(list(branches())), min_size=1, max_size=3, unique=True).map(tuple),
    languages=st.lists(st.sampled_from(list(languages())), min_size=1, max_size=3, unique=True).map(tuple),
    offers=words, staff=st.none() | st.integers(0, 10**6), turnover_usd=amounts,
    wishes=words | st.just(""), references=st.lists(references, max_size=2).map(tuple),
    documents=st.lists(st.builds(Document, name=words, sha256=st.just("ab" * 32)), max_size=1).map(tuple),
    website=st.sampled_from(["", "https://a.example.org/x"]), longitude=st.just(-46.5),
    latitude=st.just(39.25), is_published=st.booleans(),
)  # fmt: skip


@given(st.lists(organisations, max_size=4, unique_by=lambda one: one.id))
def test_what_is_written_is_read_back_from_either_kind_of_file(found: list[Organisation]) -> None:
    contacts = tuple(
        Contact(organisation=one.id, name="Leyla", email="l@example.org") for one in found
    )
    directory = Directory(organisations=tuple(found), contacts=contacts)
    assert (
        parse_organisations(organisations_csv(directory, with_contacts=True)).directory == directory
    )
    bare = parse_organisations(organisations_xlsx(directory), is_xlsx=True).directory
    assert bare == Directory(organisations=tuple(found))


def test_no_cell_that_is_written_is_a_formula() -> None:
    risky = parse('"=HYPERLINK(""http://x"")",company,AZ,62,az,@SUM(1)').directory
    for line in organisations_csv(risky).decode("utf-8-sig").splitlines()[1:]:
        assert "'=HYPERLINK" in line
        assert "'@SUM" in line
    book = load_workbook(io.BytesIO(organisations_xlsx(risky)))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_personal_data_is_not_written_unless_asked() -> None:
    found = parse(
        "A,company,AZ,62,az,x,Leyla,leyla@example.org",
        head=f"{HEAD},contact_name,contact_email",
    ).directory
    assert b"leyla" not in organisations_csv(found)
    assert b"leyla" in organisations_csv(found, with_contacts=True)
