"""The command line, as ``python -m throughtime``."""

from throughtime.cli import main

if __name__ == "__main__":
    main(prog_name="throughtime")
