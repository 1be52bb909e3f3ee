"""Check a device's numbers by the CPU's, and time it beside torch.nn.

    python -m benchmarks.gpu [--device cuda] [--quick]

Results are compared first, in float64; a time is printed only where they agree. It takes
three minutes on a GPU. ``--device cpu --quick`` is a dry run of the script.
"""

from __future__ import annotations

import argparse
import platform

import torch

from benchmarks.gpu.checks import checks
from benchmarks.gpu.times import times


def main() -> int:
    """Print what agrees, then the times; 1 if anything does not agree."""
    parser = argparse.ArgumentParser(description="A device's numbers, and its times.")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true", help="small sizes, few turns")
    chosen = parser.parse_args()
    device = torch.device(chosen.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor()
    print(f"{name or device}, torch {torch.__version__}, Python {platform.python_version()}")
    if checks(device):
        return 1
    times(device, quick=chosen.quick)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
