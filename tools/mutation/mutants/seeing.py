"""The mutants of what one sees: analyses, drawings, pages; and of the kind that values show."""

from __future__ import annotations

from tools.mutation.mutants.mutant import Mutant

DYNAMICS = "tests/analysis/test_dynamics.py::"
FREE = "tests/analysis/test_free_running.py::"
MEMORY = "tests/analysis/test_memory.py::"
DRAWING = "tests/wiring/test_drawing.py::"
PAGE = "tests/report/test_page.py::"

MUTANTS = [
    Mutant(
        "norms of the gradient are those of its last part alone",
        "analysis/memory.py",
        "squares = squares + _squares(",
        "squares = _squares(",
        (f"{MEMORY}test_it_is_what_finite_differences_say",),
    ),
    Mutant(
        "the error of truncation is not relative",
        "analysis/bias.py",
        "errors.append(float((other - exact).norm()) / norm)",
        "errors.append(float((other - exact).norm()))",
        (f"{DYNAMICS}test_the_bias_is_that_of_the_gradient_of_a_cut_net",),
    ),
    Mutant(
        "Lyapunov vectors are not orthogonal again after a step",
        "analysis/exponents.py",
        "q = torch.where(alive[:, None, None], new, q)",
        "q = torch.where(alive[:, None, None], jacobian.double() @ q, q)",
        (f"{DYNAMICS}test_of_a_linear_net_they_are_the_logarithms_of_its_eigenvalues",),
    ),
    Mutant(
        "unrelated rows are half as far from each other",
        "analysis/departure.py",
        "spread = ((h - mean).double().square().sum(-1) * alive).sum(0) * 2 / (count - 1)",
        "spread = ((h - mean).double().square().sum(-1) * alive).sum(0) / (count - 1)",
        (f"{FREE}test_a_net_that_forgets_at_once_drifts_by_its_last_value_alone",),
    ),
    Mutant(
        "what is fed back is drawn from its own step",
        "wiring/drawing/unfolded.py",
        "target = nodes.get(step.key(Unit.H, 0, i + 1))",
        "target = nodes.get(step.key(Unit.H, 0, i))",
        (f"{DRAWING}test_an_edge_spans_its_delay",),
    ),
    Mutant(
        "a page does not escape what data say",
        "report/page.py",
        "autoescape=True",
        "autoescape=False",
        (f"{PAGE}test_no_text_of_the_data_is_html_and_the_page_needs_nothing_else",),
    ),
    Mutant(
        "large counts stay counts",
        "data/columns/measured.py",
        'return "number" if linear and np.nanmedian(values, 0).min() > LARGE else "count"',
        'return "count"',
        (
            "tests/data/columns/test_measured.py::"
            "test_large_counts_are_numbers_where_their_trend_and_season_can_be_taken_out",
        ),
    ),
]
