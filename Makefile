# Every target makes its own virtual environment in .venv first. PYTHON, VENV and CONSTRAINTS may be set.
PYTHON ?= python3
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install demo test lint types layers unit slow bench theory mutants portfolio browser clean

install: $(STAMP)

# torch comes first, by its exact version: an unpinned torch pulls gigabytes of GPU libraries.
$(STAMP): pyproject.toml $(CONSTRAINTS)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^torch==' $(CONSTRAINTS))" -c $(CONSTRAINTS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" -c $(CONSTRAINTS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev -c $(CONSTRAINTS)
	touch $(STAMP)

# The quick start: simulates, trains, compares, and says where the report is.
demo: install
	rm -rf runs/demo
	$(BIN)/qmix-logistics run scenarios/quickstart.yaml --out runs/demo

test: lint types layers unit

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

layers: install
	$(BIN)/lint-imports --no-cache

unit: install
	$(BIN)/pytest -n 2 --dist worksteal

# Tests that take long: more algorithms, more trials.
slow: install
	$(BIN)/pytest -n 2 --dist worksteal -m slow

# Each figure beside its budget, see docs/background/measurements.md.
bench: install
	$(BIN)/python -m pytest -s --override-ini addopts= tests/benchmarks --ignore tests/benchmarks/test_theory.py

# The simulator against queueing theory: a quarter of an hour.
theory: install
	$(BIN)/python -m pytest -s --override-ini addopts= tests/benchmarks/test_theory.py

# Bugs that learners of this family have had, put into ours one at a time: each must make a test fail.
mutants: install
	PYTHONPATH=tests $(BIN)/python -m mutants

# Every shipped scenario, all baselines tuned, every way of learning: up to hours, goes on where it was interrupted.
portfolio: install
	$(BIN)/python tests/benchmarks/portfolio.py

# The report in Chromium with the network off: sections, keyboard, contrast, print. Installs what that needs.
browser: install
	command -v chromium >/dev/null || apt-get install -y chromium
	cd tests/browser && npm ci --no-audit --no-fund
	$(BIN)/python -m pytest -rs --override-ini addopts= tests/browser

clean:
	rm -rf $(VENV) runs .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
