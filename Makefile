# Everything runs in .venv, made on first use. Stamp files in it record what is there, so a
# target installs only what is missing or what pyproject.toml or constraints.txt changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

MADE := $(VENV)/.made
CORE := $(VENV)/.installed-core
FULL := $(VENV)/.installed-full

.PHONY: help demo test test-all mutation lint format clean
.NOTPARALLEL:

help:
	@echo "make demo      one simulated patient with figures, then the quick benchmark"
	@echo "make test      the tests that CI runs"
	@echo "make test-all  the slow tests and the mutation list as well"
	@echo "make mutation  small faults, one at a time: each must make a named test fail"
	@echo "make lint      ruff, mypy and the import contracts"
	@echo "make format    let ruff mend layout and imports"
	@echo "make clean     remove .venv, caches and build artefacts (not runs/)"

demo: $(CORE)
	$(BIN)/impellab simulate --patient shock-d --device CP --level P-8
	$(BIN)/impellab benchmark --suite quick

test: $(FULL)
	$(BIN)/python -m pytest -m "not slow"

test-all: $(FULL)
	$(BIN)/python -m pytest

mutation: $(FULL)
	$(BIN)/python -m pytest tests/mutation

lint: $(FULL)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(FULL)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "impellab needs Python 3.11 or newer: make PYTHON=/path/to/python3 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(CORE): pyproject.toml constraints.txt | $(MADE)
	$(INSTALL) --editable .
	@touch $@

# Contains the core, so its stamp renews both.
$(FULL): pyproject.toml constraints.txt | $(MADE)
	$(INSTALL) --editable ".[rl,cluster,sensitivity,dev]"
	@touch $(CORE) $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find plants controllers envs experiments impellab tests -type d -name __pycache__ -prune -exec rm -rf {} +
