# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Back-propagation through time, equation by equation
#
# A net of three hidden units reads four steps, and says at each which of four symbols comes. Every
# number is small enough to look at. In the end the same net, made by the library, gives the same
# gradient.

# %%
import torch

import throughtime as tt

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
torch.set_printoptions(precision=3, sci_mode=False)

H, K, D, T = 3, 4, 2, 4  # hidden units, symbols, entries of x(t), steps
U, W, V = torch.randn(H, D), torch.randn(H, H) / 2, torch.randn(K, H)
b, c = torch.zeros(H), torch.zeros(K)
x = torch.randn(T, D)
y = torch.tensor([2, 0, 3, 3])

# %% [markdown]
# ## Forward
#
# $$a^{(t)} = b + W h^{(t-1)} + U x^{(t)}, \qquad h^{(t)} = \tanh(a^{(t)}),$$
# $$o^{(t)} = c + V h^{(t)}, \qquad \hat y^{(t)} = \mathrm{softmax}(o^{(t)})$$
#
# The loss is the sum over the steps of $-\log \hat y^{(t)}_{y^{(t)}}$.

# %%
h, o = [torch.zeros(H)], []  # h(0) is zero
for t in range(T):
    h.append(torch.tanh(b + W @ h[t] + U @ x[t]))
    o.append(c + V @ h[t + 1])
y_hat = torch.stack(o).softmax(-1)
loss = -y_hat[torch.arange(T), y].log().sum()
loss

# %% [markdown]
# ## Backward, at the outputs
#
# $$\nabla_{o^{(t)}} L = \hat y^{(t)} - \mathbf 1_{y^{(t)}}$$
#
# what the net has said, less what was true.

# %%
grad_o = y_hat - torch.nn.functional.one_hot(y, K)
grad_o

# %% [markdown]
# ## Backward, through time
#
# The last hidden state has only the output above it; each earlier one also has the state that comes
# after it, through $W$ and the derivative of tanh, which is $1 - h^2$:
#
# $$\nabla_{h^{(\tau)}} L = V^\top \nabla_{o^{(\tau)}} L$$
# $$\nabla_{h^{(t)}} L = W^\top \mathrm{diag}\big(1 - (h^{(t+1)})^2\big) \nabla_{h^{(t+1)}} L
#   + V^\top \nabla_{o^{(t)}} L$$

# %%
grad_h = [torch.zeros(H)] * (T + 1)
grad_h[T] = V.T @ grad_o[T - 1]
for t in range(T - 1, 0, -1):
    grad_h[t] = W.T @ ((1 - h[t + 1] ** 2) * grad_h[t + 1]) + V.T @ grad_o[t - 1]
torch.stack(grad_h[1:])

# %% [markdown]
# ## The parameters
#
# The same $W$, $U$, $V$, $b$, $c$ are used at every step, so that their gradients are sums over the
# steps:
#
# $$\nabla_c L = \sum_t \nabla_{o^{(t)}} L, \qquad
#   \nabla_V L = \sum_t \nabla_{o^{(t)}} L \; h^{(t)\top}$$
# $$\nabla_b L = \sum_t \delta^{(t)}, \quad \nabla_W L = \sum_t \delta^{(t)} h^{(t-1)\top}, \quad
#   \nabla_U L = \sum_t \delta^{(t)} x^{(t)\top}, \qquad
#   \delta^{(t)} = \mathrm{diag}\big(1 - (h^{(t)})^2\big) \nabla_{h^{(t)}} L$$

# %%
delta = [(1 - h[t] ** 2) * grad_h[t] for t in range(1, T + 1)]
by_hand = {
    "V": sum(torch.outer(grad_o[t], h[t + 1]) for t in range(T)),
    "c": grad_o.sum(0),
    "W": sum(torch.outer(delta[t], h[t]) for t in range(T)),
    "b": sum(delta),
    "U": sum(torch.outer(delta[t], x[t]) for t in range(T)),
}
by_hand["W"]

# %% [markdown]
# ## The library's
#
# The same net: an Elman cell in the wiring with an output at every step.

# %%
model = tt.RecurrentModel(
    tt.cells.Elman(H), tt.wirings.HIDDEN_TO_HIDDEN, tt.outputs.Categorical(K), input_size=D
).double()
(recurrence,) = model.graph.recurrences
parameters = {
    "V": model.graph.V,
    "c": model.graph.c,
    "W": recurrence.cell.W,
    "b": recurrence.cell.b,
    "U": recurrence.U.weight,
}
with torch.no_grad():
    for name, value in {"V": V, "c": c, "W": W, "b": b, "U": U}.items():
        parameters[name].copy_(value)

log_p = model(tt.Sequence(x[None])).log_prob(y[None])
(-log_p).backward()
assert torch.allclose(-log_p, loss)
for name, parameter in parameters.items():
    assert torch.allclose(parameter.grad, by_hand[name]), name
    print(name, (parameter.grad - by_hand[name]).abs().max().item())

# %% [markdown]
# ## How far does it reach?
#
# The factor from one step to the one before is $W^\top \mathrm{diag}(1 - h^2)$. What becomes of the
# gradient of the last loss on its way back, step after step:

# %%
alone = V.T @ grad_o[T - 1]
for t in range(T, 0, -1):
    print(f"step {t}: {alone.norm():.4f}")
    alone = W.T @ ((1 - h[t] ** 2) * alone)

# %%
torch.set_default_dtype(torch.float32)
torch.set_printoptions(profile="default")
