"""The command line: options in, text out; everything else is done by the library."""

from throughtime.cli.main import main

__all__ = ["main"]
