"""The command line, where one of several processes is killed in the midst of an update.

    python -m tests.helpers.dying 0:20 train FILE ...

kills process 0 in update 20; those that are started after it live.
"""

import os
import signal
import sys
from unittest.mock import patch

from throughtime.__main__ import main
from throughtime.data import Examples
from throughtime.training.trainer import Trainer

if __name__ == "__main__":
    rank, at = sys.argv.pop(1).split(":")
    mortal = os.environ["TORCHELASTIC_RESTART_COUNT"] == "0" and os.environ["RANK"] == rank
    update = Trainer._update

    def last(trainer: Trainer, batch: Examples) -> dict[str, float]:
        if mortal and trainer.progress.step + 1 == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return update(trainer, batch)

    with patch.object(Trainer, "_update", last):
        main()
