"""The command line: from a file of sequences to a trained model, samples, scores and pictures."""

from throughtime.cli.main import main

__all__ = ["main"]
