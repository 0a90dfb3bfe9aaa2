# Everything a person runs here. `make` lists it; each target does its own set-up on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make

# Where this is set, pip compiles nothing, and every start of the server compiles everything: a second.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test setup check web grid bench budget screenshots fix lock

help:  ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: $(STAMPS)/run client  ## Serve on http://127.0.0.1:3000, data in ./hubbub-data.
	@exec $(BIN)/hubbub serve

test: $(STAMPS)/test client lint  ## Install what tests need, and pass them all.
	$(BIN)/python -m pytest

setup: $(STAMPS)/run client  ## Make the environment; afterwards .venv/bin/hubbub is there.

check: test  ## Everything that CI does.

.PHONY: lint
lint: $(STAMPS)/test client
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	cd web && npm run --silent check && npm run --silent test

# Only where its sources have changed.
.PHONY: client
client: $(STAMPS)/run
	@$(BIN)/python hatch_build.py

web: client  ## Develop the web client, beside `make run` in another shell.
	cd web && npm run dev

grid: $(STAMPS)/test  ## Play every dialect against every other; writes docs/interoperability.md.
	@PYTHONPATH=tests $(BIN)/python -m grid.run

bench: $(STAMPS)/test  ## Run the benchmarks, side by side with their peers.
	$(BIN)/python benchmarks/run.py

budget: $(STAMPS)/test client  ## Measure the web client in Chromium against its goals.
	PYTHONPATH=tests $(BIN)/python benchmarks/web.py

screenshots: $(STAMPS)/test client  ## Take the README's pictures anew, in docs/images.
	PYTHONPATH=tests $(BIN)/python docs/screenshots.py

fix: $(STAMPS)/test  ## Let ruff mend what it can.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(STAMPS)/test  ## Lock the requirements anew, with hashes and without addresses.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header pyproject.toml requirements/build.in requirements/dev.in \
	  -o requirements/dev.txt

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Hubbub needs Python 3.11 or newer; set PYTHON=… to one."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/run: $(VENV)/pyvenv.cfg requirements/run.txt pyproject.toml
	@echo "Installing what Hubbub needs (a minute at most) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	SKIP_HUBBUB_WEB=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: $(STAMPS)/run requirements/dev.txt tests/node/package-lock.json tests/browser/chromium.sh
	@echo "Installing what the tests need …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	cd tests/node && npm ci --no-audit --no-fund --loglevel=error
	sh tests/browser/chromium.sh
	@touch $@
