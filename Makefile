# Everything that a person or CI does here; each target sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test unit check ui ui-check bench bench-peers lock openapi reference screenshots clean

demo: $(VENV)/demo.stamp ui  ## Start Headwater with the example project on http://localhost:3000
	@$(BIN)/python examples/partner_transactions/demo.py

test: $(VENV)/dev.stamp ui system check ui-check  ## Set up what the tests need, and pass all of them
	$(BIN)/python -m pytest -n 2

unit: $(VENV)/dev.stamp  ## The quick tests only
	$(BIN)/python -m pytest tests/unit

check: $(VENV)/dev.stamp  ## Lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ui: $(VENV)/demo.stamp  ## Build the web app into the package
	@$(BIN)/python ui/build_app.py

ui-check: $(VENV)/demo.stamp  ## Lint, format, types and unit tests of the web app
	$(BIN)/python ui/build_app.py npm run check

soak: $(VENV)/dev.stamp  ## Hundreds of kills under load; a hundred thousand generated requests; ten thousand worlds of conditions
	HEADWATER_MALFORMED_REQUESTS=100000 $(BIN)/python -m pytest --timeout 3600 tests/integration/test_wrong_requests.py
	HEADWATER_FAULT_CYCLES=200 $(BIN)/python -m pytest tests/faults --timeout 14400
	HEADWATER_CONDITION_EXAMPLES=5000 $(BIN)/python -m pytest --timeout 7200 tests/unit/automation/test_against_naive.py \
		tests/integration/test_conditions_restarted.py
	HEADWATER_API_EXAMPLES=700 $(BIN)/python -m pytest tests/integration/test_described_api.py
	HEADWATER_OTHER_EXAMPLES=1 $(BIN)/python -m pytest tests/unit tests/contract

.PHONY: system soak
system: $(VENV)/dev.stamp  ## A browser and curl for the tests, where there are none
	@$(BIN)/python scripts/install_test_tools.py

bench: $(VENV)/dev.stamp  ## Measure; beside Dagster where bench-peers installed it
	$(BIN)/python -m benchmarks

bench-peers:  ## Install Dagster into an environment of its own, for the benchmarks
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet dagster dagster-webserver

openapi: $(VENV)/dev.stamp  ## Describe the API, and generate the web app's types from that
	$(BIN)/python scripts/write_openapi.py
	$(BIN)/python ui/build_app.py npm run gen

reference: $(VENV)/dev.stamp  ## Write docs/api from the docstrings of the public names
	$(BIN)/python scripts/write_api_reference.py

lock: $(VENV)/dev.stamp  ## Resolve the dependencies anew; the files hold hashes and no addresses
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra demo --extra postgres \
	  --generate-hashes --no-header --no-annotate --upgrade -o requirements/demo.txt
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev \
	  --constraint requirements/demo.txt --generate-hashes --no-header --no-annotate --upgrade -o requirements/dev.txt

screenshots: $(VENV)/dev.stamp ui system  ## Take the pictures of the README from the running demo
	$(BIN)/python scripts/take_screenshots.py

clean:  ## Remove everything that was built or installed here
	rm -rf $(VENV) .venv-peers ui/node_modules src/headwater/server/webapp

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Headwater needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: $(VENV)/bin/python requirements/demo.txt pyproject.toml
	@echo "Installing dependencies"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/demo.txt
	@HEADWATER_SKIP_UI=1 $(BIN)/python -m pip install --quiet --no-deps -e .
	@$(BIN)/python -m compileall -q src $(VENV)/lib || true
	@touch $@

$(VENV)/dev.stamp: $(VENV)/demo.stamp requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m compileall -q $(VENV)/lib || true
	@touch $@
