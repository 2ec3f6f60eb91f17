# make demo: install and run a first forecast.   make test: install and run everything that CI runs.
# Needs make and Python 3.11, 3.12 or 3.13; another one than the default: make demo PYTHON=python3.12
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test test-versions lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$name && break; done)
REPLICATIONS ?= 1000
DEMO ?= runs/demo

help:
	@echo "make demo   install into $(VENV), run scenarios/bottom_up.yaml, print the forecast and where its files are"
	@echo "make test   install into $(VENV), run everything that CI runs"
	@echo "make test-versions   try the oldest and the newest versions of all dependencies, half an hour (needs a package index)"
	@echo "make lock   write requirements.lock anew (needs uv)"
	@echo "make clean  remove $(VENV), runs/ and what the tools left"

demo: $(VENV)/ready
	$(BIN)/forecast run scenarios/bottom_up.yaml -n $(REPLICATIONS) -o $(DEMO)
	@echo
	@echo "Next: $(BIN)/forecast explain $(DEMO) --replication 0 --account mid_market-163"

test: $(VENV)/ready
	@failed=; for check in "ruff check ." "ruff format --check ." "mypy" "pytest -n auto"; do \
		echo "== $$check"; $(BIN)/$$check || failed="$$failed [$$check]"; \
	done; test -z "$$failed" || { echo "Failed:$$failed" >&2; exit 1; }; echo "All checks passed."

test-versions: $(VENV)/ready
	$(BIN)/python benchmarks/versions.py

$(VENV)/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Python %d.%d is not supported: forecast needs 3.11, 3.12 or 3.13. Name one: make demo PYTHON=python3.12" % v)'
	rm -rf $(VENV)
	"$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock:
	uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --extra test --generate-hashes \
		--no-emit-index-url --no-header --upgrade --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .versions runs build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
