"""The command line, as ``throughtime`` and as ``python -m throughtime``."""

import sys

from throughtime.extras import MissingPackage, needed_for


def main() -> None:
    """Run the command line, or say in one line which package it misses."""
    try:
        with needed_for("the command line"):
            from throughtime.cli import main as command
    except MissingPackage as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
    command(prog_name="throughtime")


if __name__ == "__main__":
    main()
