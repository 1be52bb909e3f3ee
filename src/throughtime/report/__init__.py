"""Pictures of a run: its wiring, its learning curve, and its lengths and captions."""

from throughtime.report.pictures import draw_all

__all__ = ["draw_all"]
