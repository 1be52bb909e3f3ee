"""Keras' layers on its JAX backend, which compiles them whole."""

from __future__ import annotations

import os

os.environ |= {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}

import jax
import jax.numpy as jnp
import keras
import numpy as np

from benchmarks.rows.training import Layer
from benchmarks.run import Run

NAME = "Keras"
VERSION = f"{keras.__version__} on jax"

LAYERS = {"tanh": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
ORDER = {"tanh": [0], "gru": [1, 0, 2], "lstm": [0, 1, 2, 3]}
"""Where Keras has which of torch.nn's gates: z before r."""


def train(layer: Layer) -> Run:
    """h, and the gradients of all parameters."""
    order, arrays = ORDER[layer.cell], layer.arrays()

    def gates(a: np.ndarray) -> np.ndarray:
        """From one library's order of gates, in the first dimension, to the other's."""
        return np.concatenate([np.split(a, len(order))[i] for i in order])

    module = LAYERS[layer.cell](layer.hidden, return_sequences=True)
    module.build((layer.rows, layer.steps, layer.inputs))
    bias = gates(arrays.b)
    if layer.cell == "gru":
        bias = np.stack([bias, np.concatenate([np.zeros_like(bias[: -layer.hidden]), arrays.m])])
    module.set_weights([gates(arrays.U).T, gates(arrays.W).T, bias])
    x, arriving = (jnp.asarray(a.swapaxes(0, 1)) for a in (arrays.x, arrays.arriving))
    own = [variable.value for variable in module.trainable_variables]
    rest = [variable.value for variable in module.non_trainable_variables]

    def hidden(parameters: list[jax.Array]) -> jax.Array:
        output: jax.Array = module.stateless_call(parameters, rest, x)[0]
        return output

    def both(parameters: list[jax.Array]) -> tuple[jax.Array, list[jax.Array]]:
        h, back = jax.vjp(hidden, parameters)
        return h, *back(arriving)

    compiled = jax.jit(both)

    def read(found: tuple[jax.Array, list[jax.Array]]) -> tuple[np.ndarray, ...]:
        h, (U, W, b) = np.asarray(found[0]), (np.asarray(g) for g in found[1])
        b = b[0] if layer.cell == "gru" else b
        return h.swapaxes(0, 1), gates(U.T), gates(W.T), gates(b)

    return Run(lambda: jax.block_until_ready(compiled(own)), read)


call = train
