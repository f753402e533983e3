# Every target sets up what it needs: a fresh clone, Python 3.11+ and make are enough.
PYTHON ?= python3
STUDY ?= binh_phuoc
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Tests, pages and benches use the cores by process; threads inside one would only stand in each other's way.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help findings test lab bench lint lock clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Cần Python 3.11 trở lên / Python 3.11 or newer is needed (make PYTHON=python3.11 ...)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

findings: $(READY) ## the findings of every district (STUDY=binh_phuoc)
	$(BIN)/diaban run $(STUDY)

test: $(READY) ## all tests
	$(BIN)/python -m pytest

# JupyterLab would ask the network for news and updates: switched off.
lab: $(READY) ## the notebooks in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=$(CURDIR) --LabApp.default_url=/lab/tree/notebooks \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.news_url=None \
	  --LabApp.app_settings_dir=$(CURDIR)/.jupyter --LabApp.extension_manager=readonly

bench: $(READY) ## speed, memory and truth, measured side by side; writes outputs/bench.json
	$(BIN)/python -m diaban.bench

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## remove the environment and all runs; what was released, and the record of it, stay
	rm -rf $(VENV)
	find outputs -mindepth 2 -maxdepth 2 ! -name releases ! -name released -exec rm -rf {} +
