"""Files of tensors: what is read is what was written, or is refused."""

from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from throughtime.runs.errors import RunError
from throughtime.runs.tensors import load_tensors, read_header, save_tensors

TENSORS = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.tensor(7), "a.": torch.zeros(0)}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tensors") / "a.safetensors"
    nothing = {f"{i}": d * 64 for i, d in enumerate("0f")}  # as what stands for the checksums
    save_tensors(file, TENSORS, {"run": "x", "said": '{"checksum": "ä"}', **nothing})
    return file


def test_a_round_trip(written: Path) -> None:
    tensors, said = load_tensors(written)
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[n], v) for n, v in TENSORS.items())
    assert (said["run"], said["said"]) == ("x", '{"checksum": "ä"}')
    assert load_file(written).keys() == TENSORS.keys()  # any program reads it
    header = read_header(written)
    assert (header.said, header.count(), header.count("a.")) == (said, 7, 6)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_is_refused(written: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(written.read_bytes())
    at = data.draw(st.integers(0, 8 * len(content) - 1))
    content[at // 8] ^= 1 << at % 8
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(RunError, match="a: damaged"):
        load_tensors(tmp_path / "a")


def test_what_is_cut_or_no_such_file_is_refused(written: Path, tmp_path: Path) -> None:
    content = written.read_bytes()
    for size in range(0, len(content), 7):
        (tmp_path / "a").write_bytes(content[:size])
        with pytest.raises(RunError, match="a: damaged"):
            load_tensors(tmp_path / "a")
    with pytest.raises(RunError, match="no such file"):
        read_header(tmp_path / "none")
    with pytest.raises(RunError, match="no regular file"):
        load_tensors(tmp_path)


def test_a_view_is_written_as_its_values(tmp_path: Path) -> None:
    whole = torch.arange(6.0).view(2, 3)
    save_tensors(tmp_path / "a", {"t": whole.T, "row": whole[1]}, {})
    tensors, _ = load_tensors(tmp_path / "a")
    assert torch.equal(tensors["t"], whole.T)
    assert torch.equal(tensors["row"], whole[1])
