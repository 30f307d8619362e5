# `make check` runs the gate, `make test` every test; both set themselves up first, and need no network the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AIRFLOW := .venv-airflow
DBT := .venv-dbt
# Bytecode is kept, whatever the environment says: tests start the gate hundreds of times, and each would be compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help check test engines soak sabotage mutants lint types layers lock system-deps cassettes bench clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

check: $(VENV)/.check  ## run the gate in the default environment, with what it decided and where the report is
	@$(BIN)/pytest checks $(ARGS); code=$$?; echo "gate exit code: $$code"; exit $$code

test: $(VENV)/.dev $(AIRFLOW)/.done $(DBT)/.done  ## run every test
	@$(BIN)/pytest tests -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

engines: $(VENV)/.dev  ## ask each engine every question of the checks, reconciliation and anomalies; `make test` deals them out
	@ENGINES=all $(BIN)/pytest tests/warehouse tests/reconcile tests/monitoring -n auto --dist loadfile $(ARGS)

soak: $(VENV)/.dev  ## try each law 5,000 times, 20,000 where it needs no database, 500 in PostgreSQL, and say how often it really was
	@HYPOTHESIS_PROFILE=soak $(BIN)/pytest tests -k "test_law_ or laws_in_postgres or laws_in_snowflake or laws_in_bigquery" -n auto --dist load --maxschedchunk 1 -q $(ARGS)

sabotage: $(VENV)/.dev  ## break every item, judged by all of them; then try every exporter: the whole matrix, three times
	@SABOTAGE=whole $(BIN)/pytest tests/sabotage -k test_the_item_fails -n auto --dist load -q
	@$(BIN)/python -m tests.sabotage.matrix $(ARGS)

mutants: $(VENV)/.dev  ## change the code that loads money in hundreds of ways, one at a time, and see the tests fail
	@$(BIN)/python -m tests.mutation $(ARGS)

lint: $(VENV)/.dev  ## ruff: rules and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy --strict
	@$(BIN)/mypy

layers: $(VENV)/.dev  ## import-linter: a line imports only from lines below it
	@$(BIN)/lint-imports

cassettes: $(VENV)/.check  ## record the shipped cassettes again, from a simulator
	@tools/record-cassettes $(BIN)

bench: $(VENV)/.bench  ## measure speed and memory against their goals; ARGS=--quick for a smoke run
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/.dev  ## write the locked versions again from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group build pyproject.toml -o requirements/check.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group build --group dev --all-extras pyproject.toml -o requirements/dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group build --group bench pyproject.toml -o requirements/bench.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group airflow -o requirements/airflow.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group dbt -o requirements/dbt.txt

system-deps:  ## install the Debian packages that some tests need (as root)
	@tools/system-deps

clean:  ## forget the virtual environment and the caches
	rm -rf $(VENV) $(AIRFLOW) $(DBT) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis mutants

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "clari-readiness needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + "; name another one with make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.check: requirements/check.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/check.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

# Airflow pins other versions than ours, so it has a virtual environment of its own, for the tests of its DAG.
$(AIRFLOW)/.done: requirements/airflow.txt | $(VENV)/.dev
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(AIRFLOW)
	@$(BIN)/uv pip install --quiet --python $(AIRFLOW)/bin/python --require-hashes -r requirements/airflow.txt
	@touch $@

# dbt as well, for the tests of the package.
$(DBT)/.done: requirements/dbt.txt | $(VENV)/.dev
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(DBT)
	@$(BIN)/uv pip install --quiet --python $(DBT)/bin/python --require-hashes -r requirements/dbt.txt
	@touch $@
