"""What training says of itself, as files that TensorBoard shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from throughtime.evaluation.likelihood import sees_x
from throughtime.extras import needed_for
from throughtime.inference.run import Run

FOLDER = "tensorboard"
"""The folder of these files in that of a run."""

SHOWN = 10
"""So many samples are shown."""


def writer_class() -> Any:
    """torch's writer of these files.

    Raises:
        MissingPackage: if tensorboard is not installed.
    """
    with needed_for("--tensorboard"):
        from torch.utils.tensorboard import SummaryWriter
    return SummaryWriter


class TensorBoard:
    """Numbers of each update and each epoch; samples and pictures at the end.

    ``tensorboard --logdir runs`` shows them. Its two methods are what ``tt.train`` calls:

    Args:
        folder: where the files are written.
        step: the updates that were made before, if a run is resumed: what the files have of later
            ones is not shown any more.

    Raises:
        MissingPackage: if tensorboard is not installed.

    Example:
        >>> import tempfile
        >>> import throughtime as tt
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with TensorBoard(f"{folder}/files") as board:
        ...         run = tt.train(
        ...             "digits", max_steps=2, hidden_size=8, out=f"{folder}/run", say=None,
        ...             on_epoch=board.on_epoch, on_update=board.on_update)
        ...         board.finish(run)
        ...     [name.name.split(".")[0] for name in Path(f"{folder}/files").iterdir()]
        ['events']
    """

    def __init__(self, folder: str | Path, step: int = 0) -> None:
        self.writer = writer_class()(str(folder), purge_step=step + 1 if step else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.writer.close()

    def on_update(self, numbers: Mapping[str, float]) -> None:
        """Write the numbers of an update."""
        for name in ("nats", "gradient norm", "learning rate"):
            self.writer.add_scalar(f"update/{name}", numbers[name], int(numbers["step"]))

    def on_epoch(self, row: Mapping[str, float | None]) -> None:
        """Write a row of the metrics."""
        for name, value in row.items():
            if value is not None and name != "step":
                self.writer.add_scalar(f"epoch/{name}", value, int(row["step"] or 0))

    def finish(self, run: Run, pictures: Iterable[Path] = ()) -> None:
        """Write what the model gives now, and those of its pictures that are pixels (PNG files),
        after the last update."""
        step = int(run.metrics[-1]["step"] or 0)
        if sees_x(run.model):
            rows = run.compare(run.data().splits["valid"][:SHOWN])
            lines = [f"{row.guess} (true: {row.true})" for row in rows]
        else:
            lines = [str(sample.value) for sample in run.sample(SHOWN, seed=0)]
        self.writer.add_text("samples", "\n".join(f"    {line}" for line in lines), step)
        for picture in (p for p in pictures if p.suffix == ".png"):
            with needed_for("pictures"):
                from matplotlib.image import imread
            self.writer.add_image(picture.stem, imread(picture), step, dataformats="HWC")
