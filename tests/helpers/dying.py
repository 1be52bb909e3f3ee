"""The command line, where one of several processes is killed in the midst of an update.

    python -m tests.helpers.dying 1:20,0:33 train FILE ...

kills process 1 in update 20, and after all were started anew, process 0 in update 33.
"""

import os
import signal
import sys
from unittest.mock import patch

from throughtime.__main__ import main
from throughtime.data import Examples
from throughtime.training.trainer import Trainer

if __name__ == "__main__":
    deaths = dict(enumerate(sys.argv.pop(1).split(",")))
    here = int(os.environ["TORCHELASTIC_RESTART_COUNT"]), os.environ["RANK"]
    update = Trainer._update

    def last(trainer: Trainer, batch: Examples) -> dict[str, float]:
        rank, at = deaths.get(here[0], ":").split(":")
        if rank == here[1] and trainer.progress.step + 1 == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return update(trainer, batch)

    with patch.object(Trainer, "_update", last):
        main()
