"""The command line, as ``throughtime`` and as ``python -m throughtime``."""

import os
import sys

from throughtime.extras import MissingPackage, needed_for


def main() -> None:
    """Run the command line, or say in one line which package it misses."""
    _open_streams()
    try:
        with needed_for("the command line"):
            from throughtime.cli import main as command
    except MissingPackage as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
    command(prog_name="throughtime")


def _open_streams() -> None:
    """Open standard streams that are closed: the next file would get the number of one, and what
    is said would be written into it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


if __name__ == "__main__":
    main()
