"""Twins, merges that can be undone, persons and their deletion, signed links."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.partner.organisations import (
    Contact,
    Directory,
    Invitation,
    Organisation,
    Reference,
    find_twins,
    forget_contact,
    give_consent,
    join_directories,
    merge_organisations,
    read_invitation,
    sign_invitation,
    undo_merge,
)
from bunyad.partner.organisations.folding import bare_name, fold
from bunyad.partner.signing import public_key

SECRET = "33" * 32
NOW = "2026-11-22T10:00:00.000Z"


def entry(identifier: str, name: str, **more) -> Organisation:
    given_ = {
        "sort": "company",
        "country": "AZ",
        "sectors": ("62",),
        "languages": ("az",),
        "offers": "x",
    }
    return Organisation(id=identifier, name=name, **{**given_, **more})


def of(*entries: Organisation, contacts: tuple[Contact, ...] = ()) -> Directory:
    return Directory(organisations=entries, contacts=contacts)


def test_names_in_several_scripts_are_spelt_alike() -> None:
    assert fold("İşıq") == fold("ışıq") == "isiq"
    assert fold("Nərgiz") == "nergiz"
    assert fold("Café—Über") == "cafe uber"
    assert bare_name("ООО Свет") == bare_name("Svet MMC") == "svet"
    assert bare_name("LLC") == "llc"


def test_twins_are_told_with_reasons_and_strangers_are_not() -> None:
    directory = of(
        entry("a", "Ağıllı Şəbəkə MMC"),
        entry("b", "AGILLI SEBEKE LLC"),
        entry("c", "Agilli Sebeke", country="TR"),
        entry("d", "Araz Solar", website="https://www.araz.az/en"),
        entry("e", "Araz Energy", website="http://araz.az"),
        entry("f", "Bakı Bulud"),
    )
    found = {(one.one, one.other): one for one in find_twins(directory)}
    assert set(found) == {("a", "b"), ("d", "e")}
    assert found["a", "b"].reasons == ("name", "country")
    assert found["a", "b"].likeness == 1
    assert "website" in found["d", "e"].reasons


def test_a_free_address_of_mail_is_no_sign() -> None:
    contacts = tuple(
        Contact(organisation=one, name="", email=f"{one}@gmail.com") for one in ("a", "b")
    )
    alike = of(entry("a", "Red Star"), entry("b", "Red Stone", country="TR"), contacts=contacts)
    assert find_twins(alike) == ()
    own = tuple(replace(one, email="x@red.example") for one in contacts)
    assert find_twins(replace(alike, contacts=own))[0].reasons == ("name", "mail")


names = st.sampled_from(["Araz", "Araz MMC", "Baki Cloud", "Lachin IT", "Baki Kloud"])
entries = st.lists(
    st.builds(
        entry, st.from_regex(r"[a-f]{1,2}", fullmatch=True), names,
        staff=st.none() | st.integers(0, 9), wishes=st.sampled_from(["", "w"]),
        references=st.lists(st.builds(Reference, title=st.sampled_from("rst")), max_size=2).map(tuple),
    ),
    min_size=2, max_size=6, unique_by=lambda one: one.id,
)  # fmt: skip
mails = st.lists(st.sampled_from(["p@x.example", "q@x.example"]), max_size=3)


@given(entries, mails, mails)
def test_a_merge_that_is_undone_leaves_what_was(found, mine, theirs) -> None:
    kept, gone = found[0].id, found[1].id
    contacts = {(kept, one) for one in mine} | {(gone, one) for one in theirs}
    before = of(*found, contacts=tuple(
        Contact(organisation=of_, name="n", email=mail) for of_, mail in sorted(contacts)))  # fmt: skip
    merged = merge_organisations(before, kept=kept, gone=gone)
    assert gone not in {one.id for one in merged.organisations}
    assert {one.email for one in merged.contacts if one.organisation == kept} == {*mine, *theirs}
    after = undo_merge(merged, gone=gone)
    assert set(after.organisations) == set(before.organisations)
    assert {(one.organisation, one.email) for one in after.contacts} == contacts
    assert after.merges == ()


def test_a_merge_keeps_what_either_told() -> None:
    directory = of(entry("a", "A", staff=3), entry("b", "B", staff=9, wishes="w", sectors=("43",)))
    merged = merge_organisations(directory, kept="a", gone="b").find("a")
    assert (merged.name, merged.staff, merged.wishes, merged.sectors) == ("A", 3, "w", ("62", "43"))


def test_a_merge_is_not_undone_over_a_later_change() -> None:
    merged = merge_organisations(of(entry("a", "A"), entry("b", "B")), kept="a", gone="b")
    changed = replace(merged, organisations=(replace(merged.find("a"), staff=5),))
    with pytest.raises(InputError, match="changed after the merge"):
        undo_merge(changed, gone="b")
    with pytest.raises(InputError, match="was not merged"):
        undo_merge(merged, gone="c")


def test_directories_with_a_common_identifier_are_not_joined() -> None:
    with pytest.raises(InputError, match="a: there is an organisation"):
        join_directories(of(entry("a", "A")), of(entry("a", "B"), entry("c", "C")))


def test_consent_is_given_for_purposes_and_can_be_withdrawn() -> None:
    directory = of(entry("a", "A"), contacts=(Contact(organisation="a", name="L", email="l@x.y"),))
    first = give_consent(
        directory, organisation="a", email="L@x.y", purposes=("matching",), time="1"
    )
    both = give_consent(
        first, organisation="a", email="l@x.y", purposes=("matching", "meetings"), time="2"
    )
    assert both.contacts[0].consents == {"matching": "1", "meetings": "2"}
    none = give_consent(both, organisation="a", email="l@x.y", purposes=(), time="3")
    assert none.contacts[0].consents == {}
    with pytest.raises(InputError, match="no purpose"):
        give_consent(directory, organisation="a", email="l@x.y", purposes=("spam",), time="1")


def test_a_deleted_person_is_nowhere_any_more_even_after_an_undone_merge() -> None:
    person = Contact(organisation="b", name="Leyla", email="leyla@x.y")
    merged = merge_organisations(
        of(entry("a", "A"), entry("b", "B"), contacts=(person,)), kept="a", gone="b"
    )
    left, deletion = forget_contact(merged, organisation="a", email="leyla@x.y", time=NOW)
    assert "eyla" not in repr(left) + repr(deletion)
    assert "eyla" not in repr(undo_merge(left, gone="b"))
    assert deletion.kept
    with pytest.raises(InputError, match="no contact"):
        forget_contact(left, organisation="a", email="leyla@x.y", time=NOW)


def invitation(**more) -> Invitation:
    given_ = {
        "organisation": "a",
        "email": "ə@x.y",
        "expires": "2026-12-01T00:00:00.000Z",
        "number": "1",
    }
    return Invitation(**{**given_, **more})


def test_a_link_is_good_until_it_expires_and_only_of_this_server() -> None:
    text = sign_invitation(invitation(), secret=SECRET)
    assert read_invitation(text, key=public_key(SECRET), now=NOW) == invitation()
    with pytest.raises(InputError, match="did not sign"):
        read_invitation(text, key=public_key("44" * 32), now=NOW)
    with pytest.raises(InputError, match="good until"):
        read_invitation(text, key=public_key(SECRET), now="2027-01-01T00:00:00.000Z")


def test_a_changed_link_is_refused() -> None:
    text = sign_invitation(invitation(), secret=SECRET)
    content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    content["organisation"] = "b"
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    with pytest.raises(InputError, match="did not sign"):
        read_invitation(forged, key=public_key(SECRET), now=NOW)


@given(st.text(max_size=60))
def test_a_link_of_anything_is_refused_without_a_traceback(text: str) -> None:
    with pytest.raises(InputError):
        read_invitation(text, key=public_key(SECRET), now=NOW)
