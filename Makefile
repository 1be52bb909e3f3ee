# Every target sets up what it needs: a virtual environment in .venv, and this package in it.
PYTHON ?= python3
BIN := .venv/bin

# what is imported is compiled once and kept, whatever the environment says
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test poison oldest check mutants changed fuzz kills exports sanitize install-test bench peers results study docs notebooks pictures clean

demo: .venv/installed  ## train two small models on embedded real data; samples, scores, pictures
	$(BIN)/python examples/demo.py

test: .venv/installed  ## all tests, and every documented example
	$(BIN)/python -m pytest -q -n 2

poison: .venv/installed  ## all tests, every case in every way and long searches at full length, with NaN in all memory that torch leaves uninitialized
	$(BIN)/python -m pytest -q -n 2 --poison --thorough

oldest: .venv-oldest/installed  ## all tests, with the oldest versions that the package allows
	.venv-oldest/bin/python -m pytest -q -n 2 -W ignore::DeprecationWarning

check: .venv/installed  ## style, types, and which layer may import which
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

mutants: .venv/installed  ## break the maths in many places, one at a time: the tests must notice
	$(BIN)/python -m tools.mutation

changed: .venv/installed  ## those mutants, and the sanitizers, whose files have changed since they last ran
	$(BIN)/python -m tools.mutation --changed
	$(BIN)/python -m tools.sanitize --changed

fuzz: .venv/installed  ## damage what people give, for an hour: one line for each, and no traceback
	$(BIN)/python -m tools.fuzz --seconds 3600

kills: .venv/installed  ## kill training at every call that changes a file, and at random: it resumes to the same bits; flip bits: none is missed
	$(BIN)/python -m tools.kills
	$(BIN)/python -m tools.kills --ranks 20
	$(BIN)/python -m tools.flips

exports: .venv/installed  ## try every way in which torch records a module; write docs/exports.md (a quarter of an hour)
	$(BIN)/python -m tools.exports

sanitize: .venv/installed  ## the engine's tests with every access to memory checked; needs gcc
	$(BIN)/python -m tools.sanitize

install-test: .venv/installed  ## into an empty environment: the core alone, then all, with and without a compiler
	$(BIN)/python -m tools.install

bench: .venv/installed  ## time ours beside the peers that are installed (`make peers`)
	$(BIN)/python -m benchmarks.bench

peers: .venv/installed  ## install the peers: jax, keras, onnxruntime, torchrecurrent
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'

docs: .venv/installed  ## build the site into docs/_build/html; a warning, or a public name that it lacks, fails
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

notebooks: .venv/installed  ## make notebooks of examples/notebooks, to be opened in Jupyter
	$(BIN)/jupytext --quiet --to ipynb examples/notebooks/*.py

pictures: .venv/installed  ## draw the pictures of the documents
	$(BIN)/python examples/wirings.py docs/pictures

results: .venv/installed  ## train on all embedded data and write docs/results-embedded.md (about an hour)
	$(BIN)/python benchmarks/embedded.py

study: .venv/installed  ## put every claim of the theory to the test (about half an hour)
	$(BIN)/python -m docs.study

ENGINE := hatch_build.py $(wildcard src/throughtime/engine/*.[ch] src/throughtime/engine/build.py)

# not compiled: that takes a third of the set-up, and what is imported is compiled as it is imported
QUIETLY := --quiet --disable-pip-version-check --no-compile

.venv/installed: pyproject.toml constraints.txt $(ENGINE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'throughtime needs Python 3.11 or later; say which: make PYTHON=python3.12'; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install $(QUIETLY) -c constraints.txt -e '.[dev]'
	@touch $@

.venv-oldest/installed: pyproject.toml constraints-oldest.txt $(ENGINE)
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install $(QUIETLY) -c constraints-oldest.txt -e '.[test]'
	@touch $@

clean:  ## remove the environment and what was trained
	rm -rf .venv .venv-oldest runs
