"""A zip of a region folder is unpacked where it belongs, and nothing else is."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from bunyad.errors import InputError
from bunyad.region.load import load_region
from bunyad.region.unpack import UnpackLimits, unpack_region


def zipped(folder: Path, archive: Path, *, top: str = "", extra: dict[str, bytes] | None = None):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.rglob("*")):
            out.write(path, f"{top}{path.relative_to(folder)}")
        for name, content in (extra or {}).items():
            out.writestr(name, content)
    return archive


def refused(archive: Path, folder: Path, **limits: float) -> str:
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        unpack_region(archive, folder, limits=UnpackLimits(**limits))
    return str(caught.value)


@pytest.mark.parametrize("top", ["", "my-region/"])
def test_a_region_comes_out_as_it_went_in(small_original: Path, tmp_path: Path, top: str) -> None:
    archive = zipped(small_original, tmp_path / "a.zip", top=top)
    (tmp_path / "out").mkdir()
    assert unpack_region(archive, tmp_path / "out").name == "small"
    names = {path.name for path in small_original.iterdir()}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert len(load_region(tmp_path / "out").settlements) == 6


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("../escaped.csv", "leads out"),
        ("/etc/escaped.csv", "leads out"),
        ("a\\..\\escaped.csv", "leads out"),
        ("C:escaped.csv", "leads out"),
        ("run.sh", "no files of this kind"),
        ("relief.vrt", "no files of this kind"),
    ],
)
def test_a_path_that_leads_out_or_a_foreign_kind_is_refused_before_anything_is_written(
    small_original: Path, tmp_path: Path, name: str, what: str
) -> None:
    archive = zipped(small_original, tmp_path / "a.zip", extra={name: b"id\na\n"})
    assert what in refused(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert not list(tmp_path.rglob("escaped*"))


def test_a_link_is_refused(small_original: Path, tmp_path: Path) -> None:
    archive = zipped(small_original, tmp_path / "a.zip")
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as out:
        out.writestr(link, "/etc/passwd")
    assert "it is a link" in refused(archive, tmp_path / "out")


def test_too_much_is_refused_by_count_and_by_size(small_original: Path, tmp_path: Path) -> None:
    bomb = {"zeros.csv": b"0" * 30_000_000}
    archive = zipped(small_original, tmp_path / "a.zip", extra=bomb)
    assert archive.stat().st_size < 6_000_000
    assert "files of at most 20 MB" in refused(archive, tmp_path / "one", file_mb=20)
    assert "Send at most 10 MB" in refused(archive, tmp_path / "two", whole_mb=10)
    assert "Send at most 3" in refused(archive, tmp_path / "three", files=3)


def test_an_archive_that_lies_about_its_size_is_stopped(
    small_original: Path, tmp_path: Path
) -> None:
    archive = zipped(small_original, tmp_path / "a.zip", extra={"zeros.csv": b"0" * 100_000})
    content = archive.read_bytes()
    true, false = (size.to_bytes(4, "little") for size in (100_000, 10))
    archive.write_bytes(content.replace(true, false))
    refused(archive, tmp_path / "out")
    written = tmp_path / "out" / "zeros.csv"
    assert not written.exists() or written.stat().st_size <= 10


def test_a_file_that_is_another_in_truth_is_refused(small_folder: Path, tmp_path: Path) -> None:
    (small_folder / "elevation.tif").write_text("<VRTDataset><!-- /etc/passwd --></VRTDataset>")
    said = refused(zipped(small_folder, tmp_path / "a.zip"), tmp_path / "out")
    assert "elevation.tif" in said
    assert "no .tif file" in said


def test_a_layer_outside_of_the_folder_is_refused(small_folder: Path, tmp_path: Path) -> None:
    yaml = (small_folder / "region.yaml").read_text("utf-8")
    (small_folder / "region.yaml").write_text(yaml.replace("elevation.tif", "../elevation.tif"))
    said = refused(zipped(small_folder, tmp_path / "a.zip"), tmp_path / "out")
    assert "layers.elevation.file" in said


def test_what_is_no_archive_or_holds_no_region_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK but no zip")
    assert "cannot be read" in refused(tmp_path / "a.zip", tmp_path / "one")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as out:
        out.writestr("notes.txt", "hello")
    assert "no region.yaml" in refused(tmp_path / "b.zip", tmp_path / "two")


def test_files_beside_the_region_folder_are_refused(small_original: Path, tmp_path: Path) -> None:
    archive = zipped(small_original, tmp_path / "a.zip", top="r/", extra={"other.csv": b"a\n"})
    assert "beside the region folder" in refused(archive, tmp_path / "out")
