"""libxsmm's recurrent cells, through a few lines of C that are compiled here.

The library (1.17 is the last with these cells; Debian has it as ``libxsmm-dev``) is looked for
where the compiler looks: ``CPATH`` and ``LIBRARY_PATH`` can say where else. Weights and gradients
stay in the library's own blocked layout between steps, as they would for a user of it; the
transposed weights of the reverse sweep are made in every step, since an update changes them.

Where it was not built with Intel's compiler and its vector mathematics, as Debian's was not, each
tanh is libm's, one number at a time: nine tenths of the tanh cell's time at B 32, H 256, where the
same library's relu cell takes a tenth of it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
import time
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.rows.training import Layer
from benchmarks.run import Declined, Run
from throughtime.engine.build import CannotBuild, compiler

NAME = "libxsmm"
VERSION = "1.17"

PATIENCE = 0.5
"""Seconds of trying sizes of blocks, after which the best so far is taken."""

ORDER = {"tanh": [0], "lstm": [0, 2, 1, 3]}
"""Where libxsmm has which of torch.nn's gates: i, g, f, o of the LSTM."""


def _load() -> ctypes.CDLL:
    source = Path(__file__).with_suffix(".c")
    options = ["-O3", "-march=native", "-fopenmp", "-fPIC", "-shared", "-w"]
    libraries = ["-lxsmm", "-lxsmmnoblas", "-lpthread", "-ldl", "-lm", "-lrt"]
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "libxsmm_cell.so"
        try:
            command = [*compiler(), *options, str(source), "-o", str(built), *libraries]
            subprocess.run(command, check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            raise ImportError(error.stderr.strip().splitlines()[0]) from None
        except CannotBuild as error:
            raise ImportError(str(error)) from None
        library = ctypes.CDLL(str(built))
    library.cell_new.restype = ctypes.c_void_p
    library.cell_data.restype = ctypes.POINTER(ctypes.c_float)
    return library


_library = _load()


class _Cell:
    """A cell with these blocks of rows, inputs and outputs."""

    def __init__(self, layer: Layer, bn: int, bc: int, bk: int) -> None:
        self.layer, self.blocks = layer, (bc, bk)
        threads = int(os.environ["OMP_NUM_THREADS"])
        sizes = (layer.steps, layer.rows, layer.inputs, layer.hidden, bn, bc, bk)
        made = _library.cell_new(layer.cell == "lstm", threads, *sizes)
        if not made:
            raise Declined("it refuses these sizes")
        self.pointer = ctypes.c_void_p(made)
        arrays, H, inputs = layer.arrays(), layer.hidden, layer.inputs
        steps, gates = (layer.steps, layer.rows), len(ORDER[layer.cell])
        self._data(0, *steps, inputs)[:] = arrays.x
        self._data(2, gates, H // bk, inputs // bc, bc, bk)[:] = self._packed(arrays.U, bc)
        self._data(3, gates, H // bk, H // bk, bk, bk)[:] = self._packed(arrays.W, bk)
        self._data(4, gates, H)[:] = self._gates(arrays.b)
        self._data(8, *steps, H)[:] = arrays.arriving

    def __del__(self) -> None:
        if hasattr(self, "pointer"):
            _library.cell_free(self.pointer)

    def step(self, learning: bool) -> _Cell:
        _library.cell_step(self.pointer, learning)
        return self

    def results(self) -> tuple[np.ndarray, ...]:
        """h and the gradients of U, W and b, in the form in which all give them."""
        (bc, bk), layer = self.blocks, self.layer
        H, inputs, gates = layer.hidden, layer.inputs, len(ORDER[layer.cell])
        U = self._data(5, gates, H // bk, inputs // bc, bc, bk)
        W = self._data(6, gates, H // bk, H // bk, bk, bk)
        weights = (self._unpacked(U, inputs), self._unpacked(W, H))
        b = self._gates(self._data(7, gates * H)).reshape(-1)
        return (self._data(1, layer.steps, layer.rows, H).copy(), *weights, b)

    def _data(self, which: int, *shape: int) -> np.ndarray:
        return np.ctypeslib.as_array(_library.cell_data(self.pointer, which), shape)

    def _gates(self, a: np.ndarray) -> np.ndarray:
        """From one library's order of gates to the other's: ``(gates, H, …)``."""
        order = ORDER[self.layer.cell]
        return a.reshape(len(order), self.layer.hidden, *a.shape[1:])[order]

    def _packed(self, weight: np.ndarray, block: int) -> np.ndarray:
        a, bk = self._gates(weight), self.blocks[1]
        a = a.reshape(len(a), a.shape[1] // bk, bk, a.shape[2] // block, block)
        return a.transpose(0, 1, 3, 4, 2)

    def _unpacked(self, weight: np.ndarray, size: int) -> np.ndarray:
        a = weight.transpose(0, 1, 4, 2, 3).reshape(-1, size)
        return self._gates(a).reshape(-1, size)


def _fastest(layer: Layer, learning: bool) -> _Cell:
    """The library leaves the sizes of its blocks to the user, who will have tried some."""
    if layer.cell not in ORDER:
        raise Declined("its GRU resets h(t-1) before the product, which is another function")

    def blocks(size: int, *wanted: int) -> set[int]:
        return {block for block in wanted if size % block == 0} or {size}

    best, least, spent = None, float("inf"), 0.0
    blocks_n, blocks_k = blocks(layer.rows, 16, 32, 64), blocks(layer.hidden, 32, 64)
    for bn, bk in product(sorted(blocks_n), sorted(blocks_k)):
        cell = _Cell(layer, bn, max(blocks(layer.inputs, 32, 64)), bk).step(learning)
        start = time.perf_counter()
        cell.step(learning)
        if (needed := time.perf_counter() - start) < least:
            best, least = cell, needed
        if (spent := spent + needed) > PATIENCE:
            break
    assert best is not None
    return best


def train(layer: Layer) -> Run:
    cell = _fastest(layer, learning=True)
    return Run(lambda: cell.step(True), read=_Cell.results)


call = train


def infer(layer: Layer) -> Run:
    cell = _fastest(layer, learning=False)
    return Run(lambda: cell.step(False), read=lambda cell: cell.results()[:1])
