# make demo    the whole workflow on a small simulated world, without network
# make test    the test suite
# make test-cases  every bad input that tests/cases makes, and a count of how they end
# make test-slurm  the demo through profiles/slurm on a real Slurm, started on this machine (tests/cluster)
# make test-kills  the demo killed at twenty random moments, then compared with one left alone (tests/kills)
# make test-live   all sources of gdsc and ccle through a stand-in of every host, with faults, against the mirror
# make lint    formatting, types, layers and the workflow's own checks
# make docs    the pages of docs/ as HTML in build/docs, a warning is an error
# make lock    write the lists of pinned packages again
# make clean   remove the demo's results and the caches of tools; downloads and other results stay

PYTHON ?= python3
VENV ?= .venv
CORES ?= 2
# More options for pytest, such as PYTEST="-k plan".
PYTEST ?=

STAMP := $(VENV)/.installed
export PATH := $(abspath $(VENV))/bin:$(PATH)
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install lock demo test test-cases test-live test-slurm test-kills lint format docs clean
.DEFAULT_GOAL := demo

install: $(STAMP)

# Checksums of everything but torch, whose build depends on the machine: one that is there already is kept.
$(STAMP): requirements.lock requirements-dev.lock requirements-torch.txt pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes --requirement requirements.lock
	$(VENV)/bin/pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(VENV)/bin/pip install --quiet --requirement requirements-torch.txt
	$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Pins stay as they are where they still fit; --upgrade takes the newest: make lock LOCK=--upgrade
LOCK ?=
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-package torch \
  $(LOCK)

# torch is left out (an override that never holds); its needs that nothing else has are named here.
lock: install
	printf 'torch; sys_platform == "none"\n' > $(VENV)/no-torch.txt
	printf 'networkx\nsympy\n' | $(COMPILE) --override $(VENV)/no-torch.txt \
	  --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml - > /dev/null
	$(COMPILE) --group dev --constraint requirements.lock \
	  --custom-compile-command "make lock" --output-file requirements-dev.lock > /dev/null


demo: install
	clmt demo --out resources/demo/mirror
	snakemake --cores $(CORES) --configfile config/demo.yaml -- paper
	snakemake --cores 1 --configfile config/demo.yaml --report results/report.html -- paper
	@echo
	@echo "Simulated data. Table:  results/demo_cv.tsv (means: results/demo_cv_summary.tsv)"
	@echo "                Report: results/report/index.html (for sending: results/report.html)"

# A process a core: threads of torch beside them would only wait for each other.
test: install
	OMP_NUM_THREADS=1 pytest --numprocesses $(CORES) --no-loadscope-reorder $(PYTEST)

test-cases: install
	OMP_NUM_THREADS=1 python -m tests.cases

test-slurm: install
	uv pip install --quiet --python $(VENV)/bin/python --group slurm
	pytest -m slurm tests/cluster $(PYTEST)

test-kills: install
	pytest -m kills tests/kills $(PYTEST)

test-live: install
	pytest -m live -s tests/live $(PYTEST)

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

docs: install
	sphinx-build --fail-on-warning --keep-going --quiet --builder html docs build/docs
	@echo "build/docs/index.html"

clean:
	rm -rf results/demo results/demo_cv.tsv results/demo_cv_*.tsv results/report.html
	rm -rf results/benchmarks/demo results/benchmarks/demo_cv.tsv
	rm -rf results/report/demo_cv* results/report/demo_texts.html results/report/index.html logs/demo logs/demo_cv.log logs/report/demo_*
	rm -rf .pytest_cache .mypy_cache .ruff_cache build *.egg-info
