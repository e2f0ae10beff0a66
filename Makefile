# Everything a newcomer runs. Needs Python 3.11 or newer, its venv module, and make; `make help` lists the rest.
# The environment in .venv is made from requirements.lock on the first use of any target, and kept after.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# PYTHON=/path/to/python chooses one; otherwise the first of these names that will do.
PYTHON ?=
NAMES := python3 python python3.14 python3.13 python3.12 python3.11
JOBS ?= 2
ARGS ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
PYTEST := $(BIN)/python -m pytest

.PHONY: help demo test slow test-server check serve work bench openapi lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: $(READY) ## a season of filings over real HTTP, its verdicts, alerts and proof; ends by itself
	@$(BIN)/registry demo $(ARGS)

test: $(READY) ## the whole suite and every check, on JOBS=2 cores; ARGS="-k word" for a part
	@$(PYTEST) -n $(JOBS) --dist loadfile -m "not slow" $(ARGS)

slow: $(READY) ## the tests that take minutes
	@$(PYTEST) -m slow $(ARGS)

test-server: $(READY) ## what speaks SQL, against a PostgreSQL of the machine's own (PG_BIN=folder of its programs)
	@$(BIN)/python tests/with_postgres.py $(PG_BIN) -- \
		$(PYTEST) -n $(JOBS) --dist loadfile -m "not slow" tests/test_db.py tests/test_sql.py tests/test_migrations.py \
		$(wildcard tests/*/test_store.py tests/*/test_act.py) $(ARGS)

check: $(READY) ## lint, form, types and import rules alone
	@$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/lint-imports

serve: $(READY) ## the API, on http://127.0.0.1:8321; PostgreSQL is started too when none is named
	@$(BIN)/registry serve $(ARGS)

work: $(READY) ## the worker: messages, and duties that time alone makes due
	@$(BIN)/registry work $(ARGS)

bench: $(READY) ## how fast, beside a bare handler in the same run; JSON and a table
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench.py $(ARGS)

openapi: $(READY) ## write openapi/openapi.json anew from the code
	@$(BIN)/registry openapi > openapi/openapi.json.new && mv openapi/openapi.json.new openapi/openapi.json

lock: $(READY) ## write requirements.lock anew from pyproject.toml; UPGRADE=1 takes newer versions
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --quiet $(if $(UPGRADE),--upgrade) --output-file requirements.lock

clean: ## remove the environment and every cache; data in .registry stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One recipe, so that a failed step leaves no stamp. An environment whose Python has gone is made again.
$(READY): requirements.lock pyproject.toml
	@set -eu; \
	if ! $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		found=; seen=; \
		for name in $(or $(PYTHON),$(NAMES)); do \
			version=$$("$$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
			if ! "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
				seen="$$seen $$name is $$version, too old."; \
			elif ! "$$name" -c 'import venv, ensurepip' 2>/dev/null; then \
				seen="$$seen $$name is $$version but has no venv module (Debian: apt install python$$version-venv)."; \
			else found=$$name; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "Python 3.11 or newer is needed.$${seen:- No Python was found.}" >&2; \
			echo "Install one, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
			exit 1; \
		fi; \
		echo "Making $(VENV) with $$found …"; \
		"$$found" -m venv --clear $(VENV); \
	fi; \
	echo "Installing what requirements.lock names (once; about a minute) …"; \
	$(PIP) --require-hashes -r requirements.lock || { \
		echo "The packages could not be installed; is the package index reachable?" >&2; exit 1; }; \
	$(PIP) --no-deps --no-build-isolation -e .; \
	touch $@
