"""Draw the five named wirings into a folder: python examples/wirings.py docs/pictures"""

import sys
from pathlib import Path

import matplotlib

from throughtime.report.wiring import draw
from throughtime.wiring import NAMED

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")
folder.mkdir(parents=True, exist_ok=True)
matplotlib.rcParams["svg.hashsalt"] = "throughtime"  # the same picture is the same file
for name, wiring in NAMED.items():
    draw(wiring).savefig(folder / f"{name}.svg", metadata={"Date": None})
    print(folder / f"{name}.svg")
