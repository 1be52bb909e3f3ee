"""ONNX Runtime's own RNN, GRU and LSTM operators, in a graph of one node."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.rows.training import Layer
from benchmarks.run import Run

NAME = "ONNX Runtime"
VERSION = onnxruntime.__version__

ORDER = {"tanh": [0], "gru": [1, 0, 2], "lstm": [0, 3, 1, 2]}
"""Where ONNX has which of torch.nn's gates: z, r, h of the GRU and i, o, f, c of the LSTM."""


def _session(layer: Layer) -> onnxruntime.InferenceSession:
    """The node: x and the state before the first step to h(1) … h(T) and the state after them."""
    arrays, H = layer.arrays(), layer.hidden

    def gates(a: np.ndarray) -> np.ndarray:
        order = ORDER[layer.cell]
        return np.concatenate([np.split(a, len(order))[i] for i in order])

    recurrent_bias = np.zeros_like(arrays.b)
    if layer.cell == "gru":
        recurrent_bias[-H:] = arrays.m
    weights = {
        "W": gates(arrays.U)[None],
        "R": gates(arrays.W)[None],
        "B": np.concatenate([gates(arrays.b), recurrent_bias])[None],
    }
    states = ["h", "c"] if layer.cell == "lstm" else ["h"]
    options: dict[str, Any] = {"linear_before_reset": 1} if layer.cell == "gru" else {}
    node = helper.make_node(
        {"tanh": "RNN", "gru": "GRU", "lstm": "LSTM"}[layer.cell],
        ["x", *weights, "", *states],
        ["y", *(f"{name}_n" for name in states)],
        hidden_size=H,
        **options,
    )

    def tensor(name: str, *shape: int | str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    shape = (1, layer.rows, H)
    graph = helper.make_graph(
        [node],
        "layer",
        [tensor("x", "T", layer.rows, layer.inputs), *[tensor(s, *shape) for s in states]],
        [tensor("y", "T", *shape), *[tensor(f"{s}_n", *shape) for s in states]],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
    return onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )


def _zeros(layer: Layer) -> dict[str, np.ndarray]:
    names = ("h", "c") if layer.cell == "lstm" else ("h",)
    return {name: np.zeros((1, layer.rows, layer.hidden), np.float32) for name in names}


def infer(layer: Layer) -> Run:
    session, fed = _session(layer), {"x": layer.arrays().x, **_zeros(layer)}
    return Run(lambda: session.run(["y"], fed), read=lambda found: (found[0][:, 0],))


def stream(layer: Layer) -> Run:
    """The session run for one step at a time."""
    session, x = _session(layer), layer.arrays().x

    def step() -> list[np.ndarray]:
        state, outputs = _zeros(layer), []
        for t in range(layer.steps):
            y, *after = session.run(None, {"x": x[t : t + 1], **state})
            state = dict(zip(state, after, strict=True))
            outputs.append(y[0, 0])
        return outputs

    return Run(step, read=lambda found: (np.stack(found),))
