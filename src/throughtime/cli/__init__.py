"""The command line: it parses options, calls the library, and prints the results."""

from throughtime.cli.main import main

__all__ = ["main"]
