"""Result folders are complete or not there, and nothing of the user's is overwritten."""

import errno
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cases.export.table import write_csv
from cases.faults import UsageError
from cases.schema import Case
from cases.store import (
    PROVENANCE,
    inside,
    provenance,
    refuse_foreign_folder,
    remove_leftovers,
    replace_file,
    require_place,
    result_folder,
    write_case,
    write_json,
)
from geometry.errors import GateError, ResourceError

CASE = Case.model_validate({"schema": 1, "name": "a", "screw": {"preset": "s1_pedicle"}})


def store(target: Path, text: str) -> None:
    with result_folder(target) as folder:
        (folder / "numbers.txt").write_text(text)
        write_json(folder / PROVENANCE, provenance(CASE))


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_finished_folder_takes_its_place(tmp_path: Path) -> None:
    store(tmp_path / "deep" / "result", "1")
    assert (tmp_path / "deep" / "result" / "numbers.txt").read_text() == "1"
    assert entries(tmp_path / "deep") == ["result"]


def test_nothing_is_there_before_the_end_nor_after_an_error(tmp_path: Path) -> None:
    def interrupted() -> None:
        with result_folder(tmp_path / "result") as folder:
            (folder / "numbers.txt").write_text("half")
            assert not (tmp_path / "result").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert entries(tmp_path) == []


def test_an_earlier_result_is_replaced_only_by_a_finished_one(tmp_path: Path) -> None:
    store(tmp_path / "result", "1")
    with pytest.raises(ZeroDivisionError), result_folder(tmp_path / "result"):
        raise ZeroDivisionError
    assert (tmp_path / "result" / "numbers.txt").read_text() == "1"
    store(tmp_path / "result", "2")
    assert (tmp_path / "result" / "numbers.txt").read_text() == "2"
    assert entries(tmp_path) == ["result"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    store(tmp_path / "result", "1")
    assert (tmp_path / "result" / "numbers.txt").exists()


def test_a_folder_of_the_user_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UsageError, match="holds files that are no result of sacrofix"):
        store(tmp_path, "1")
    assert entries(tmp_path) == ["thesis.tex"]


def test_a_file_in_the_place_of_the_folder_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("precious")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        store(tmp_path / "result", "1")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        refuse_foreign_folder(tmp_path / "result")


def test_a_parent_that_is_a_file_is_a_resource_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        store(tmp_path / "file" / "result", "1")


def test_a_place_is_tried_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_place(tmp_path / "deep" / "result")
    assert entries(tmp_path / "deep") == []
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        require_place(tmp_path / "file" / "result")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(ResourceError, match="less than 200 MB are free"):
        require_place(tmp_path / "result")


def test_a_full_disk_is_a_resource_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"No space left.*Free some space"), result_folder(tmp_path / "r"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert entries(tmp_path) == []


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table.csv").write_text("old")

    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ResourceError):
        replace_file(tmp_path / "table.csv", b"new")
    assert (tmp_path / "table.csv").read_text() == "old"


def test_a_link_is_followed_not_replaced(tmp_path: Path) -> None:
    store(tmp_path / "real", "1")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store(tmp_path / "link", "2")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "numbers.txt").read_text() == "2"


def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".result-abc.partial").mkdir()
    (tmp_path / ".hidden").mkdir()
    store(tmp_path / "result", "1")
    remove_leftovers(tmp_path)
    assert entries(tmp_path) == [".hidden", "result"]


@pytest.mark.parametrize(
    "name", ["..", ".", "a/b", "/etc/passwd", "", "a\0b", ".hidden", "-rf", "a" * 90, "a\nb"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not a name"):
        inside(tmp_path, name)


def test_a_plain_name_stays_inside(tmp_path: Path) -> None:
    assert inside(tmp_path, "s1_pedicle-50.vtu").parent == tmp_path


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("nan")])
def test_a_number_that_is_not_finite_is_never_stored(tmp_path: Path, value: float) -> None:
    with pytest.raises(GateError, match=r"result.json would hold a number that is not finite"):
        write_json(tmp_path / "result.json", {"stiffness_n_per_mm": value})
    assert entries(tmp_path) == []


def test_numbers_of_numpy_are_stored_as_numbers(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": np.int64(3), "b": np.float32(0.5), "c": Path("x")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 3, "b": 0.5, "c": "x"}


def test_provenance_names_versions_hashes_and_time(tmp_path: Path) -> None:
    write_case(tmp_path / "case.yaml", CASE)
    known = provenance(CASE, inputs={"case": tmp_path / "case.yaml"}, mesh_hashes=["abc"])
    assert known["made_by"] == "sacrofix"
    assert known["mesh_sha256"] == ["abc"]
    assert str(known["time_utc"]).endswith("+00:00")
    packages = known["packages"]
    assert isinstance(packages, dict)
    assert packages["numpy"] == np.__version__
    assert all(packages.values())
    json.dumps(known, allow_nan=False)


def test_a_table_whose_first_row_lacks_a_number_has_its_column(tmp_path: Path) -> None:
    # a cemented screw has no thread shear; the bare one behind it has
    write_csv(tmp_path / "table.csv", [{"name": "cemented"}, {"name": "bare", "shear_n": 9.0}])
    assert (tmp_path / "table.csv").read_text() == "name,shear_n\ncemented,\nbare,9.0\n"
