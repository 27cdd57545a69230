# Broadsheet's commands. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo serve test check format soak bench lock clean
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# The demo and `make serve` keep to a home and a database of their own, whatever the environment says.
OWN_HOME := env -u DATABASE_URL BROADSHEET_HOME="$(CURDIR)/.home"
# Checks ask Django questions, and Django wants a home.
SCRATCH_HOME := env -u DATABASE_URL BROADSHEET_HOME="$(CURDIR)/.tmp/home" DJANGO_SETTINGS_MODULE=broadsheet.config.settings

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/runtime.stamp ## Set up, take in the five captured pages, and serve them at http://127.0.0.1:8000 (PORT=, DEMO_ONCE=1).
	@$(OWN_HOME) $(BIN)/broadsheet ingest demo/captures
	@$(OWN_HOME) $(BIN)/broadsheet index
	@echo "To go on with this week's papers from arXiv:  $(BIN)/broadsheet harvest arxiv-oai --set cs.CL --home .home"
	@if [ -n "$(DEMO_ONCE)" ]; then echo "Ready. Without DEMO_ONCE, make demo now serves http://127.0.0.1:$(PORT)"; \
	else exec $(OWN_HOME) $(BIN)/broadsheet serve --port $(PORT); fi

serve: $(VENV)/runtime.stamp ## Serve the demo's home again, without taking anything in (PORT=).
	@exec $(OWN_HOME) $(BIN)/broadsheet serve --port $(PORT)

test: $(VENV)/dev.stamp ## Run the tests on SQLite, and at once on PostgreSQL where it is installed (ARGS= goes to pytest).
	@$(BIN)/python -m tests.support.run $(ARGS)

check: $(VENV)/dev.stamp ## Run every check that needs no test: style, types, import direction, migrations, settings, the tree.
	@mkdir -p .tmp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/check_tree.py
	$(SCRATCH_HOME) $(BIN)/python -m django makemigrations --check --dry-run
	$(SCRATCH_HOME) $(BIN)/python -m django check --fail-level WARNING

format: $(VENV)/dev.stamp ## Put the code into its one format.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

soak: $(VENV)/dev.stamp ## Run the long tests (SEED= repeats a run, DURATION= in seconds).
	@SEED=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')} DURATION=$${DURATION:-120}; \
	export SEED DURATION; echo "make soak SEED=$$SEED DURATION=$$DURATION"; \
	$(BIN)/pytest -m soak -p no:cacheprovider -s $(ARGS)

bench: $(VENV)/dev.stamp ## Run the benchmarks that bench/README.md describes (SNAPSHOT= names the arXiv metadata they take).
	@test -n "$(SNAPSHOT)" || { echo "Say which papers: make bench SNAPSHOT=arxiv-metadata.jsonl.zst"; exit 2; }
	@for script in bench/bench_*.py; do $(BIN)/python $$script "$(SNAPSHOT)" $(ARGS) || exit; done

lock: $(VENV)/dev.stamp ## Write the hashed requirement files anew from requirements/*.in (ARGS=--upgrade).
	@for kind in runtime dev; do \
	  $(BIN)/uv pip compile --quiet $(ARGS) --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    -o requirements/$$kind.txt requirements/$$kind.in || exit; done

clean: ## Remove the environment and everything that tools left. Homes stay.
	rm -rf $(VENV) .tmp dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/runtime.stamp: requirements/runtime.txt pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh runtime

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh dev
