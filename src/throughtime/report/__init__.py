"""A run as a page, with all its pictures and numbers."""

from throughtime.report.pages import figures
from throughtime.report.pictures import draw_all
from throughtime.report.writing import write

__all__ = ["draw_all", "figures", "write"]
