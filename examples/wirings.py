"""Draw the five named wirings into a folder: python examples/wirings.py docs/pictures"""

import sys
from pathlib import Path

from throughtime.wiring import NAMED

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")
folder.mkdir(parents=True, exist_ok=True)
for name, wiring in NAMED.items():
    print(wiring.draw().save(folder / f"{name}.svg"))
