"""The study runs, and its pages say what was found."""

import re
from importlib import import_module
from itertools import accumulate, product
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

import throughtime as tt
from docs.study.__main__ import CLAIMS, HERE, main
from docs.study.claims import closed_loop, endings
from docs.study.frame import Finding, Measured, Scale, index, page, svg

SHORT = Scale(1, short=True)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_runs_in_its_short_form_and_has_a_whole_table(name: str) -> None:
    claim: Any = import_module(f"docs.study.claims.{name}")
    finding: Finding = claim.run(SHORT)
    for columns, rows in finding.tables:
        assert {len(row) for row in rows} == {len(columns)}
    text = page(claim.TITLE, claim.CLAIM, claim.__doc__, finding, name, 1)
    assert finding.verdict in text
    assert finding.caption in text
    row = next(line for line in index({name: text}).splitlines() if line.startswith("| ["))
    cells = re.split(r" (?<!\\)\| ", row.removeprefix("| ").removesuffix(" |"))
    told = f"**{finding.holds}.** {finding.verdict}"
    assert [cell.replace("\\|", "|") for cell in cells] == [
        f"[{claim.TITLE}]({name}.md)", claim.CLAIM, told
    ]  # fmt: skip
    assert svg(finding.figure).startswith("<?xml")


def test_an_interval_is_that_of_students_t() -> None:
    values = (0.3, 0.9, 0.4, 0.6, 0.5)
    found = Measured(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx((low, high))
    assert Measured((0.5,)).half == 0


def test_every_page_that_is_kept_is_of_a_claim_and_has_its_picture_and_its_row() -> None:
    pages = {path.stem for path in HERE.glob("*.md")} - {"index"}
    assert pages == set(CLAIMS)
    assert {path.stem for path in HERE.glob("*.svg")} == pages
    kept = {name: (HERE / f"{name}.md").read_text(encoding="utf-8") for name in CLAIMS}
    assert (HERE / "index.md").read_text(encoding="utf-8") == index(kept)


def test_an_unknown_claim_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["perpetual_motion"])
    assert stopped.value.code == 2
    assert "no claim 'perpetual_motion'; the claims are any_length" in capsys.readouterr().err


def test_the_walks_have_the_lengths_that_the_ballot_theorem_gives() -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = [endings.found(generator)[1].lengths for _ in range(200)]
    share = torch.cat(drawn).bincount(minlength=endings.MAX + 1) / (200 * endings.ROWS)
    true = endings.of_found() / endings.of_found().sum()
    assert float((share - true).abs().max()) < 0.015


def test_the_truth_about_the_walks_is_a_probability() -> None:
    def ends(walk: tuple[int, ...]) -> bool:
        heights = list(accumulate(2 * up - 1 for up in walk))
        return heights[-1] < 0 and min(heights[:-1], default=0) >= 0

    walks = [w for n in range(1, 10) for w in product((0, 1), repeat=n) if ends(w)]
    lengths = torch.tensor([len(w) for w in walks])
    y = tt.Sequence(torch.zeros(len(walks), 9, dtype=torch.long), lengths)
    total = endings.Truth("found").log_prob(y).exp().sum()
    assert float(total) == pytest.approx(
        float((endings.of_found()[:10]).sum() / endings.of_found().sum())
    )
    assert len(walks) == 1 + 1 + 2 + 5 + 14


def test_points_go_around_the_circle_in_twelve_steps() -> None:
    points = closed_loop.points(3, 13, torch.Generator().manual_seed(0))
    assert torch.allclose(points[:, 0], points[:, 12], atol=1e-5)
    assert torch.allclose(points.norm(dim=-1), torch.ones(3, 13))
