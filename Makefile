# Two commands matter: `make demo` shows what Utsushi does, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := samples/vendor-a/defects/input.dat
DEMO_OPTIONS := --mapping vendor-a/resident-to-standard --out runs/demo --force
BENCH :=

.PHONY: help demo test lint docs bench clean

help:
	@echo 'make demo   convert the sample of vendor A and show the summary'
	@echo 'make test   everything CI checks: lint, types, tests, kernels with bounds checks, the wheel'
	@echo 'make lint   ruff and mypy only'
	@echo 'make docs   write docs/cli.md and the run in the READMEs anew'
	@echo 'make bench  measure against iconv, nkf and others (BENCH="--records 100000" for a short one)'
	@echo 'make clean  remove what the other targets made, the virtual environment included'

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Utsushi needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'installing into $(VENV); the first run after it compiles the kernels: allow a minute'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	@echo '$$ utsushi convert $(DEMO) $(DEMO_OPTIONS)'
	@$(BIN)/utsushi convert $(DEMO) $(DEMO_OPTIONS) || test $$? -eq 3

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term --junitxml=build/tests.xml
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$(CURDIR)/build/boundscheck \
	  $(BIN)/python -m pytest -n auto --dist loadfile -m kernels --junitxml=build/kernels.xml
	$(BIN)/python .ci/wheel.py
	@$(BIN)/python .ci/tally.py build/tests.xml build/kernels.xml

docs: $(STAMP)
	$(BIN)/python docs/generate.py

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py $(BENCH)

clean:
	rm -rf $(VENV) build dist runs benchmarks/data .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find converters tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
