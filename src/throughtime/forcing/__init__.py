"""What the output edge carries in training: observed values, the model's own, or both by chance."""

from throughtime.forcing.both import Both
from throughtime.forcing.filling import fill
from throughtime.forcing.forcing import Forcing
from throughtime.forcing.free_running import FreeRunning
from throughtime.forcing.scheduled_sampling import ScheduledSampling
from throughtime.forcing.teacher_forcing import TeacherForcing

__all__ = ["Both", "Forcing", "FreeRunning", "ScheduledSampling", "TeacherForcing", "fill"]
