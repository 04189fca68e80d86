"""Names of tenants and of their files."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bunyad.operate.alarms.watching import log_path
from bunyad.operate.place import open_reader
from bunyad.operate.records import open_records
from bunyad.operate.records.names import file_name, tenant_name

NAMES = st.text("abcXYZ019_-.~:", min_size=1, max_size=20)  # what `FORM_OF_TENANTS` lets through


@given(NAMES, NAMES)
def test_two_tenants_never_share_a_file_and_files_tell_their_tenant(one: str, other: str) -> None:
    assert tenant_name(file_name(one)) == one
    assert (file_name(one).lower() == file_name(other).lower()) == (one == other)
    assert not set(file_name(one)) & set("/.:~")


def test_a_tenant_with_capitals_is_found_by_whoever_reads_its_records(tmp_path: Path) -> None:
    records = open_records(tmp_path, synchronous="OFF")
    records.tenant("New_Aghali")
    records.close()

    open_reader(tmp_path, "New_Aghali").close()
    assert log_path(tmp_path, "New_Aghali").name == "=4eew=5f=41ghali.alarms.sqlite"
