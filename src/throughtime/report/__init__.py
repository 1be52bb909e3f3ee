"""A run as a page, with all its pictures and numbers."""

from throughtime.report.page import figures, write
from throughtime.report.pictures import draw_all

__all__ = ["draw_all", "figures", "write"]
