"""Data by name or by file."""

from pathlib import Path

import pytest

from throughtime.data import DATASETS, DataError, load, read


def test_a_file_is_read_with_the_seed(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("\n".join(f"w{i}" for i in range(40)))
    first, second = load(path, seed=1), load(str(path), seed=2)
    assert first.name == second.name == "words"
    assert len(first.splits["test"]) == 4
    a, b = (d.splits["test"].y for d in (first, second))
    assert a.values.tolist() != b.values.tolist()


def test_a_name_that_is_nothing_lists_what_there_is() -> None:
    with pytest.raises(DataError, match=r"called 'python-token'; did you mean 'python-") as error:
        load("python-token")
    assert all(name in str(error.value) for name in DATASETS)
    with pytest.raises(DataError, match=r"called 'xyzzy\.txt'\. The embedded sets"):
        load("xyzzy.txt")


def test_a_directory_is_no_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a folder without"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["https://example.com/a.csv", "s3://bucket/a.csv", "hf:/a/b"])
def test_an_address_is_no_file(name: str) -> None:
    for source in (name, Path(name)):
        with pytest.raises(DataError, match="an address, from which nothing is read; download"):
            load(source)
        with pytest.raises(DataError, match="an address, from which nothing is read; download"):
            read(source)
