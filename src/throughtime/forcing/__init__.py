"""What the output edge carries in training: observed values, the model's own, or both by chance."""

from throughtime.forcing.forcing import (
    Both,
    Forcing,
    FreeRunning,
    ScheduledSampling,
    TeacherForcing,
    fill,
)

__all__ = ["Both", "Forcing", "FreeRunning", "ScheduledSampling", "TeacherForcing", "fill"]
