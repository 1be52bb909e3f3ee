"""``throughtime draw``."""

from __future__ import annotations

from pathlib import Path

import throughtime as tt
from tests.helpers.commands import bad, good
from throughtime.runs.choices import WIRINGS


def test_it_draws_wirings_by_name_and_by_edges() -> None:
    for name, wiring in WIRINGS.items():
        assert good("draw", name) == str(wiring.draw())
    edges = "x(t) -> h(t), h(t-1) -> h(t), h(t) -> o(t)"
    assert good("draw", edges) == str(tt.wirings.HIDDEN_TO_HIDDEN.draw())
    drawn = str(tt.wirings.OUTPUT_TO_HIDDEN.draw(5, "closed-loop"))
    assert good("draw", "output-to-hidden", "--steps", 5, "--mode", "closed-loop") == drawn


def test_it_draws_the_model_of_a_run(tmp_path: Path) -> None:
    run, file = tmp_path / "run", tmp_path / "a.svg"
    options = ("--hidden-size", 3, "--layers", 2, "--max-steps", 1, "--cell", "lstm")
    good("train", "digits", *options, "--out", run)
    assert good("draw", run, "-o", file) == f"Drew {file}\n"
    assert file.read_text("utf-8") == str(tt.load(run).model.draw())
    assert "LSTM 3" in file.read_text("utf-8")
    assert (run / "pictures" / "wiring.svg").read_text("utf-8") == file.read_text("utf-8")


def test_what_cannot_be_drawn_is_refused_in_one_line(tmp_path: Path) -> None:
    assert "did you mean hidden-to-hidden?" in bad("draw", "hiden-to-hidden")
    assert all(name in bad("draw", "none") for name in WIRINGS)
    assert "not a run" in bad("draw", tmp_path)
    assert "no output" in bad("draw", "x(t) -> h(t)")
    assert "steps must be a whole number, at least 1; got 0" in bad(
        "draw", "hidden-to-hidden", "--steps", 0
    )
    assert "'training', 'closed-loop'" in bad("draw", "hidden-to-hidden", "--mode", "test")


def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    name, file = "hidden-to-hidden", tmp_path / "a.svg"
    assert "ends in .svg" in bad("draw", name, "-o", tmp_path / "a.png")
    assert "no such folder" in bad("draw", name, "-o", tmp_path / "none" / "a.svg")
    good("draw", name, "-o", file)
    good("draw", name, "--steps", 4, "-o", file)  # its own is
    assert file.read_text("utf-8") == str(tt.wirings.HIDDEN_TO_HIDDEN.draw(4))
    file.write_text("<svg/>")
    assert "is no drawing of throughtime" in bad("draw", name, "-o", file)
    assert file.read_text("utf-8") == "<svg/>"
    file.unlink()
    file.mkdir()
    assert "is a folder" in bad("draw", name, "-o", file)
