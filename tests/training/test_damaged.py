"""Whatever is in a run's files: they are read, or refused in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import SMALL, good, run
from throughtime.training.run import Run
from throughtime.training.summary import Summary

FILES = (
    "config.json",
    "vocabulary.json",
    "best.safetensors",
    "last.safetensors",
    "state.pt",
    "metrics.csv",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a run of a table, by their names."""
    folder = tmp_path_factory.mktemp("whole")
    rows = [f"{'ab'[i % 2]},{i},w{i % 3}" for i in range(30)]
    (folder / "rows.csv").write_text("\n".join(["kind,size,text", *rows]))
    options = ("--input", "kind:label,size", "--target", "text:characters", *SMALL)
    good("train", folder / "rows.csv", *options, "--hidden-size", 4, "--out", folder / "run")
    return {name: (folder / "run" / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a run of which one file is damaged."""
    return tmp_path_factory.mktemp("copy")


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, float, bytes, bool]:
    """A file, where in it, what stands there instead, and whether nothing comes after."""
    return (
        draw(st.sampled_from(FILES)),
        draw(st.floats(0, 1)),
        draw(
            st.binary(max_size=30) | st.text('{}[]",:0123456789-\n\r ', max_size=9).map(str.encode)
        ),
        draw(st.booleans()),
    )


def damaged(whole: bytes, where: float, new: bytes, cut: bool) -> bytes:
    at = int(where * len(whole))
    return whole[:at] + new + (b"" if cut else whole[at + len(new) :])


def refused(read: Callable[[], object]) -> str | None:
    """Why it was refused, if it was; what else goes wrong is raised."""
    try:
        read()
    except ValueError as error:
        return str(error)
    return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damages())
def test_damaged_files_are_read_or_refused_in_one_line(
    whole: dict[str, bytes], copy: Path, damage: tuple[str, float, bytes, bool]
) -> None:
    name, where, new, cut = damage
    for file, content in whole.items():
        changed = damaged(content, where, new, cut) if file == name else content
        (copy / file).write_bytes(changed)
    for read in (
        lambda: Run.load(copy),
        lambda: Run.load(copy, "last").load_state(),
        lambda: Run.load(copy).metrics(),
        lambda: Summary.of(copy),
    ):
        reason = refused(read)
        assert reason is None or ("\n" not in reason and str(copy) in reason)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damages())
def test_commands_refuse_damaged_files_with_exit_code_2(
    whole: dict[str, bytes], copy: Path, damage: tuple[str, float, bytes, bool]
) -> None:
    name, where, new, cut = damage
    for file, content in whole.items():
        changed = damaged(content, where, new, cut) if file == name else content
        (copy / file).write_bytes(changed)
    line = '{"kind": "a", "size": 1}\n'
    result = run("predict", copy, "--max-length", 3, stdin=line)
    assert result.exit_code in (0, 2), (result.output, result.exception)
    assert result.stderr.count("\n") == (result.exit_code == 2)
    assert run("runs", copy).exit_code == 0
