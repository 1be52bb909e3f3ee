"""Pictures: of wirings, of how training went, and of what a model has learned, one file each."""

from throughtime.report.pictures import draw_all

__all__ = ["draw_all"]
