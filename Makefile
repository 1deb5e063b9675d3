# make demo    the whole workflow on a small simulated world, without network
# make test    the test suite
# make lint    formatting, types and the workflow's own checks
# make clean   remove the demo's results and the caches of tools; downloads and other results stay

PYTHON ?= python3
VENV ?= .venv
CORES ?= 2
# More options for pytest, such as PYTEST="-k plan".
PYTEST ?=

STAMP := $(VENV)/.installed
export PATH := $(abspath $(VENV))/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: install demo test lint format clean
.DEFAULT_GOAL := demo

install: $(STAMP)

# torch first: it is the largest, and a build for the machine at hand that is there already is kept.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet "$$(grep '^torch==' requirements.lock)"
	$(VENV)/bin/pip install --quiet --requirement requirements.lock
	$(VENV)/bin/pip install --quiet --no-deps --editable .
	touch $@

DEMO := results/demo_cv.tsv results/report/demo_cv.html results/report/demo_texts.html

demo: install
	clmt demo --out resources/demo/mirror
	snakemake --cores $(CORES) --configfile config/demo.yaml -- $(DEMO)
	snakemake --cores 1 --configfile config/demo.yaml --report results/report.html -- $(DEMO)
	@echo
	@echo "Simulated data. Table:  results/demo_cv.tsv (means: results/demo_cv_summary.tsv)"
	@echo "                Report: results/report.html (texts: results/report/demo_texts.html)"

test: install
	pytest --numprocesses $(CORES) --dist loadfile $(PYTEST)

lint: install
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow
	snakemake --lint
	lint-imports
	mypy

format: install
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow

clean:
	rm -rf results/demo results/demo_cv.tsv results/demo_cv_summary.tsv results/report.html
	rm -rf results/report/demo_cv* results/report/demo_texts.html logs/demo logs/demo_cv.log logs/report/demo_*
	rm -rf .pytest_cache .mypy_cache .ruff_cache build *.egg-info
