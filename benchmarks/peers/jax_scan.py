"""jax.lax.scan under jit, as a user of JAX writes a recurrence; x is projected before the scan."""

from __future__ import annotations

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
from jax import Array
from jax.nn import sigmoid

from benchmarks.rows.own_cell import OwnCell
from benchmarks.rows.training import Layer
from benchmarks.run import Run

NAME = "jax.lax.scan"
VERSION = jax.__version__

State = tuple[Array, ...]


def _tanh(u: Array, state: State, W: Array, m: Array) -> State:
    return (jnp.tanh(u + state[0] @ W.T),)


def _gru(u: Array, state: State, W: Array, m: Array) -> State:
    (h,) = state
    (u_r, u_z, u_n), (v_r, v_z, v_n) = jnp.split(u, 3, -1), jnp.split(h @ W.T, 3, -1)
    r, z = sigmoid(u_r + v_r), sigmoid(u_z + v_z)
    n = jnp.tanh(u_n + r * (v_n + m))
    return (n + z * (h - n),)


def _lstm(u: Array, state: State, W: Array, m: Array) -> State:
    h, c = state
    i, f, g, o = jnp.split(u + h @ W.T, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
    return sigmoid(o) * jnp.tanh(c), c


def _layer_norm_gru(u: Array, state: State, W: Array, p: Array) -> State:
    (h,) = state
    v = h @ W.T
    centred = v - v.mean(-1, keepdims=True)
    v = p * centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    (u_r, u_z, u_n), (v_r, v_z, v_n) = jnp.split(u, 3, -1), jnp.split(v, 3, -1)
    r, z = sigmoid(u_r + v_r), sigmoid(u_z + v_z)
    n = jnp.tanh(u_n + r * v_n)
    return (n + z * (h - n),)


def _peephole_lstm(u: Array, state: State, W: Array, p: Array) -> State:
    h, c = state
    i, f, g, o = jnp.split(u + h @ W.T, 4, -1)
    p_i, p_f, p_o = jnp.split(p, 3)
    i, f = sigmoid(i + p_i * c), sigmoid(f + p_f * c)
    c = f * c + i * jnp.tanh(g)
    return sigmoid(o + p_o * c) * jnp.tanh(c), c


STEPS = {
    "tanh": (_tanh, 1),
    "gru": (_gru, 1),
    "lstm": (_lstm, 2),
    "layer-norm GRU": (_layer_norm_gru, 1),
    "peephole LSTM": (_peephole_lstm, 2),
}
"""The step, and of how many arrays of size H the state is."""


def train(layer: Layer | OwnCell) -> Run:
    """h, and the gradients of all parameters."""
    formula, states = STEPS[layer.cell]
    U, W, b, p, x, arriving = (jnp.asarray(a) for a in layer.arrays())
    rest = (p,) if p.any() else ()  # what a cell has besides

    def hidden(U: Array, W: Array, b: Array, *rest: Array) -> Array:
        def step(state: State, u: Array) -> tuple[State, Array]:
            state = formula(u, state, W, *(rest or (p,)))
            return state, state[0]

        start = (jnp.zeros((layer.rows, layer.hidden)),) * states
        return jax.lax.scan(step, start, x @ U.T + b)[1]

    def both(*parameters: Array) -> tuple[Array, ...]:
        h, back = jax.vjp(hidden, *parameters)
        return (h, *back(arriving))

    compiled = jax.jit(both)

    read = slice(None) if isinstance(layer, OwnCell) else slice(4)
    return Run(lambda: jax.block_until_ready(compiled(U, W, b, *rest)), read=lambda f: f[read])


call = own = train
