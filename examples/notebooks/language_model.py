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
# # A language model from a text file
#
# One long text, character by character. Python's own source is at hand everywhere; put the path of
# any other text here.

# %%
import os
from pathlib import Path

import throughtime as tt

path = os.__file__
print(Path(path).read_text(encoding="utf-8")[:200])

# %% [markdown]
# ## Train
#
# The first 80 % of the text are for training, the next 10 % for validation, and the last 10 % for
# the test. It is read as parallel streams, in chunks whose hidden states are carried on. This takes
# about a minute.

# %%
UPDATES = 1000
run = tt.train(path, format="running", hidden_size=128, max_steps=UPDATES, say=None)
print(run.model)
for number in run.evaluate("test").numbers:
    print(number)

# %% [markdown]
# ## Beside counting
#
# What an n-gram model reaches says whether recurrence is worth its while.

# %%
data = run.data()
train, test = (data.splits[part].y.to_list() for part in ("train", "test"))
for order in (1, 2, 3, 4):
    counts = tt.evaluation.NGram(order, data.schema.y.size)
    counts.fit(train)
    print(order, round(counts.nats_per_symbol(test), 3))

# %% [markdown]
# ## Draws
#
# Warmer draws are bolder.

# %%
for temperature in (0.5, 1.0):
    (drawn,) = run.sample(1, prefix="def ", temperature=temperature, max_length=120, seed=0)
    print(f"---- {temperature}\n{drawn.value}")

# %% [markdown]
# ## How surprising is each character?

# %%
for one in run.score(["def get_exec_path(env=None):\n"])[:1]:
    for symbol, nats in zip(one.target, one.terms, strict=False):
        print(f"{symbol!r:>6} {-nats:6.2f} {'#' * round(-4 * nats)}")
