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
# # Captioning: from a picture to a text
#
# A convolutional network sees a picture and gives one vector. A recurrent model writes a text from
# it: the vector is a bias of the hidden units at every step, each symbol is fed back, and an end
# symbol says when it is over (Goodfellow et al. 2016, section 10.2.4).
#
# The pictures are characters of a font that comes with matplotlib, and the texts their names in
# Unicode. Test characters are never shown in training.

# %%
import throughtime as tt

data = tt.data.load("glyphs")
print(data.description)
for part, examples in data.splits.items():
    print(part, len(examples))

# %% [markdown]
# About two minutes of training; more say more.

# %%
UPDATES = 600
run = tt.train(data, hidden_size=128, max_steps=UPDATES, learning_rate=0.005, say=None)
run.evaluate(data.splits["valid"][:100]).numbers[0]

# %% [markdown]
# What it says of characters that it has never seen:

# %%
for pair in run.compare(data.splits["test"][:8], max_length=60):
    print(f"{pair.true:<40} {pair.guess}")

# %% [markdown]
# The model inside is two: an encoder, and a decoder that takes its vector.

# %%
print(run.model.encoder)
print(run.model.decoder.wiring)
p = run.model(data.splits["test"][:1].x)  # a distribution over texts, given the picture
texts, log_p = p.modes(3, beam=8, max_length=60)
for text, value in zip(texts.to_list(), log_p.flatten().tolist(), strict=True):
    print(f"{value:8.2f}  {data.schema.y.decode(text)}")

# %% [markdown]
# ## Does it look at the picture?
#
# Given the picture of another character, the true name must become less probable:

# %%
few = data.splits["test"][:200]
own = run.evaluate(few)["-log p"]
another = run.evaluate(few, shuffled=True)["-log p"]
print(f"{own:.3f} nats a symbol with its own picture, {another:.3f} with another's")
