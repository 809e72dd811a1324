# What a newcomer types: `make run`, `make test`. Needs Python >= 3.11 with venv, and make.
# Every step may be repeated; what is already done is not done again.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
PYTHON ?= python3
TOOLS := .venv-tools/uv-$(UV_VERSION)
UV := .venv-tools/bin/python -m uv
PY := .venv/bin/python
DIST := src/mingcha/config/static/dist
WEB := $(shell find web -type f -not -path 'web/node_modules/*' 2>/dev/null)
WORKERS ?= 2

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=

say = @printf '· %s\n'

help:  ## this list
	@awk -F ':.*## ' '/^[a-z -]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: build  ## start everything with the demonstration city on http://127.0.0.1:8000
	@exec .venv/bin/mingcha up --demo

build: .venv/.synced $(DIST)/.built  ## environment and front end, without starting anything

check: lint types layers fast  ## before each commit, at most 90 seconds

test: lint types layers build  ## everything CI runs: also databases, browser, kills, volumes
	$(say) '全部测试'
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup

lint: .venv/.synced  ## format and lint
	$(say) '格式与静态检查'
	@$(PY) -m ruff format --check --quiet . || { echo '请先运行 .venv/bin/ruff format .'; exit 1; }
	@$(PY) -m ruff check --quiet .

types: .venv/.synced  ## mypy, strict
	$(say) '类型检查'
	@$(PY) -m mypy --no-error-summary

layers: .venv/.synced  ## who may import whom
	$(say) '分层检查'
	@.venv/bin/lint-imports --no-logo > .venv/layers.txt 2>&1 || { cat .venv/layers.txt; exit 1; }

fast: build  ## tests that take no database
	$(say) '快速测试（不用数据库）'
	@$(PY) -m pytest -q -m 'not slow and not database' -n $(WORKERS)

bench: build  ## measure and print the table of bench/README.md
	$(say) '性能测量'
	@UV_PYTHON=$(PYTHON) $(UV) sync --frozen --quiet --group bench
	@$(PY) -m bench

soak: build  ## the kill test, 500 kills
	$(say) '长时间断电测试'
	@MINGCHA_KILLS=500 $(PY) -m pytest -q -n 0 -m slow tests/kill

docs: .venv/.synced  ## rewrite docs/reference from the code
	$(say) '由代码生成参考文档'
	@$(PY) -m mingcha.config.cli docs

clean:  ## remove what was built; data in var/ stay
	$(say) '清理构建结果（var/ 中的数据不动）'
	@rm -rf .venv .venv-tools web/node_modules '$(DIST)' .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- Files -----------------------------------------------------------------------------------

$(TOOLS):
	$(say) '准备安装工具'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更高版本")'
	@$(PYTHON) -m venv .venv-tools
	@echo '*' > .venv-tools/.gitignore
	@.venv-tools/bin/python -m pip install -qq 'uv==$(UV_VERSION)'
	@touch '$@'

.venv/.synced: $(TOOLS) pyproject.toml uv.lock
	$(say) '安装运行环境'
	@UV_PYTHON=$(PYTHON) $(UV) sync --frozen --quiet
	@touch '$@'

$(DIST)/.built: .venv/.synced $(WEB)
	$(say) '构建前端'
	@PATH="$$PWD/.venv/bin:$$PATH" && cd web && npm ci --silent --no-audit --no-fund && npm run --silent build -- --logLevel warn
	@touch '$@'

.PHONY: help run build check test lint types layers fast bench soak docs clean
