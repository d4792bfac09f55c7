"""Packs travel as zip files; an archive from anyone writes nothing outside, links nothing and cannot fill the disk."""

from __future__ import annotations

import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from dialogue import archive
from dialogue.archive import export_zip, import_zip, pack_files
from models.errors import PackInvalid


def zipped(files: dict[str, bytes], *, mode: int = 0o644, compress: int = zipfile.ZIP_DEFLATED) -> BytesIO:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", compress) as out:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = compress
            out.writestr(entry, content)
    data.seek(0)
    return data


def written(folder: Path) -> list[str]:
    return [str(file.relative_to(folder)) for file in folder.rglob("*")]


def test_a_pack_comes_back_as_it_went(small_pack: Path, tmp_path: Path) -> None:
    (small_pack / ".git").mkdir()
    (small_pack / ".git/secret.txt").write_text("x")
    (small_pack / "run.py").write_text("x")
    (small_pack / "link.md").symlink_to("/etc/passwd")
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    export_zip(small_pack, first)
    export_zip(small_pack, second)
    assert first.read_bytes() == second.read_bytes()
    folder = import_zip(first, tmp_path / "new")
    assert folder.name == "small"
    assert sorted(pack_files(folder)) == sorted(pack_files(small_pack))
    assert not {"run.py", "link.md", ".git/secret.txt"} & set(written(folder))
    for inside in pack_files(folder):
        assert (folder / inside).read_bytes() == (small_pack / inside).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md", "/evil.md", "pack/../../evil.md", "pack/..\\..\\evil.md", "pack/a/b/c/evil.md", "pack//evil.md",
        "pack/evil.py", "pack/evil", "pack/.hidden/../x.md", "C:/evil.md", "pack/e\x00vil.md", "PACK/persona.yaml",
        "evil.md",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_or_is_no_file_of_a_pack_is_refused(tmp_path: Path, name: str) -> None:
    into = tmp_path / "into"
    with pytest.raises(PackInvalid):
        import_zip(zipped({"pack/persona.yaml": b"id: pack", name: b"evil"}), into)
    assert written(tmp_path) == []


def test_a_link_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="link"):
        import_zip(zipped({"pack/persona.yaml": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777), tmp_path / "into")
    assert written(tmp_path) == []


def test_two_packs_or_none_are_refused(tmp_path: Path) -> None:
    for files in ({}, {"one/persona.yaml": b"", "two/persona.yaml": b""}):
        with pytest.raises(PackInvalid):
            import_zip(zipped(files), tmp_path)


def test_what_grows_beyond_the_limit_is_refused_however_small_it_looks(tmp_path: Path) -> None:
    bomb = zipped({"pack/persona.yaml": b"0" * (archive.FILE_BYTES + 1)})
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(PackInvalid, match="grows"):
        import_zip(bomb, tmp_path)
    many = zipped({f"pack/knowledge/{n}.md": b"0" * archive.FILE_BYTES for n in range(10)})
    with pytest.raises(PackInvalid, match="grows"):
        import_zip(many, tmp_path)
    assert written(tmp_path) == []


def test_a_size_that_is_a_lie_is_not_believed(tmp_path: Path) -> None:
    data = bytearray(zipped({"pack/persona.yaml": b"0" * 100_000}).getvalue())
    real, lie = (100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert data.count(real) == 2
    data = data.replace(real, lie)
    with pytest.raises(PackInvalid):
        import_zip(BytesIO(bytes(data)), tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"\0" * 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(PackInvalid, match="no zip file"):
        import_zip(BytesIO(data), tmp_path)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="files"):
        import_zip(zipped({f"pack/knowledge/{n}.md": b"" for n in range(archive.FILES + 1)}), tmp_path)


def test_names_that_only_differ_in_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="twice"):
        import_zip(zipped({"pack/persona.yaml": b"", "pack/Persona.yaml": b""}), tmp_path)


def test_nothing_is_overwritten(small_pack: Path, tmp_path: Path) -> None:
    export_zip(small_pack, tmp_path / "a.zip")
    with pytest.raises(FileExistsError):
        import_zip(tmp_path / "a.zip", small_pack.parent)
