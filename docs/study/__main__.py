"""Put every claim of the theory to the test, and write the pages (`make study`).

    python -m docs.study [CLAIM ...] [--seeds 5] [--short] [--out FOLDER]

What is run for a short time shows that it runs, and is written only where --out says.
"""

from __future__ import annotations

import argparse
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from docs.study.frame import Scale, index, page, svg

CLAIMS = ("any_length", "dependence", "output_recurrence", "parallel", "closed_loop",
          "endings", "sharing", "vector_bias", "truncation", "spectral_radius")  # fmt: skip
"""The claims, in the order of their pages."""

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> None:
    """Run the experiments that are asked for, and write their pages."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help=f"of {', '.join(CLAIMS)}")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--short", action="store_true", help="in seconds, to see that it runs")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    for unknown in sorted(set(options.claims) - set(CLAIMS)):
        parser.error(f"no claim {unknown!r}; the claims are {', '.join(CLAIMS)}")
    seeds = 1 if options.short else options.seeds
    out = options.out or (None if options.short else HERE)
    torch.set_num_threads(1)
    for name in options.claims or CLAIMS:
        began = time.perf_counter()
        claim: Any = import_module(f"docs.study.claims.{name}")
        finding = claim.run(Scale(seeds, options.short))
        if out is not None:
            text = page(claim.TITLE, claim.CLAIM, claim.__doc__, finding, name, seeds)
            (out / f"{name}.md").write_text(text, encoding="utf-8")
            (out / f"{name}.svg").write_text(svg(finding.figure), encoding="utf-8")
            there = {n: out / f"{n}.md" for n in CLAIMS if (out / f"{n}.md").exists()}
            pages = {n: path.read_text(encoding="utf-8") for n, path in there.items()}
            (out / "index.md").write_text(index(pages), encoding="utf-8")
        print(f"{name}: {finding.holds} ({time.perf_counter() - began:.0f} s). {finding.verdict}")


if __name__ == "__main__":
    main()
