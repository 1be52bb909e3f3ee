"""Draw the five named wirings into a folder: python examples/wirings.py docs/pictures"""

import sys
from pathlib import Path

from throughtime.wiring import HIDDEN_AND_OUTPUT_TO_HIDDEN, HIDDEN_TO_HIDDEN, NAMED, Edge

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")
folder.mkdir(parents=True, exist_ok=True)
for name, wiring in NAMED.items():
    print(wiring.draw(mode="training").save(folder / f"{name}.svg"))
print(HIDDEN_AND_OUTPUT_TO_HIDDEN.draw().save(folder / "both-modes.svg"))
print((HIDDEN_TO_HIDDEN | Edge.BACKWARD).draw().save(folder / "both-directions.svg"))
