# Each chore is a line; what it does is in the command it calls.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

ARGS ?=
BIN := .venv/bin
PY := $(BIN)/python
HOMEWARD := $(PY) -m homeward
VENDOR := homeward/console/static/vendor/versions.json
UV_VERSION := 0.13.9
LOCK := uv pip compile pyproject.toml --extra embedded --group dev --generate-hashes \
	--universal --python-version 3.11 --no-header --quiet -o requirements.lock

# the newest Python of 3.11 or later on PATH
define FIND_PYTHON
for python in $${PYTHON:-} python3.14 python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	python=; \
done; \
[ -n "$$python" ] || { echo "Python 3.11 or newer is needed; none is on PATH." >&2; exit 7; }
endef

# last, so that the machine's own uv and npm, set up for its network, come first
export PATH := $(PATH):$(CURDIR)/$(BIN)
export UV_LINK_MODE ?= copy
# uv and the npm of the wheel trust what the machine trusts
export UV_SYSTEM_CERTS ?= true
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif

.PHONY: help
help: ## lists the chores
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.made $(VENDOR) ## makes the environment in .venv and the console's front end
	@:

.venv/.made: requirements.lock pyproject.toml
	@if [ ! -x $(PY) ]; then $(FIND_PYTHON); \
		echo "making .venv with $$("$$python" --version)" >&2; \
		if command -v uv >/dev/null; then uv venv --quiet --python "$$(command -v "$$python")" .venv; \
		elif ! "$$python" -m venv .venv; then rm -rf .venv; \
			echo "This Python cannot make environments (Debian: apt-get install python3-venv)." >&2; \
			exit 7; fi; fi
	@command -v uv >/dev/null || { echo "installing uv into .venv" >&2; \
		$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null; \
		$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@echo "installing the packages of requirements.lock" >&2
	@uv pip install --quiet --python $(PY) --require-hashes -r requirements.lock
	@uv pip install --quiet --python $(PY) --no-deps --editable .
	@touch $@

# the wheel's npm where the machine has none; both read .npmrc
node_modules/.made: package.json package-lock.json .npmrc | .venv/.made
	@echo "installing the front-end packages of package-lock.json" >&2
	@npm ci --ignore-scripts --loglevel=error >/dev/null
	@touch $@

$(VENDOR): node_modules/.made homeward/dev/vendor.py
	@$(PY) -m homeward.dev.vendor
	@touch $@

.PHONY: demo
demo: setup ## carries invented cases from request to home and serves them (ARGS=--exit ends after the figures)
	@exec $(HOMEWARD) demo $(ARGS)

.PHONY: up
up: setup ## starts database, Temporal, sandbox, worker and console until Ctrl-C
	@exec $(HOMEWARD) up $(ARGS)

.PHONY: test
test: setup ## runs the tests (ARGS=tests/domain runs some)
	@$(PY) -m homeward.dev.temporal
	@$(BIN)/pytest $(ARGS)

.PHONY: cover
cover: setup ## runs the domain's own tests and refuses less than 98 % of its branches
	@$(BIN)/pytest tests/domain tests/conformance --cov --cov-report=term $(ARGS)

.PHONY: test-live
test-live: setup ## tells the stories to the whole stack, and asks its API while parts are away
	@$(PY) -m homeward.dev.temporal
	@$(BIN)/pytest -m live $(ARGS)

.PHONY: test-long
test-long: setup ## looks for a history that breaks a property, for a quarter of an hour or so
	@HYPOTHESIS_PROFILE=long $(BIN)/pytest tests/properties --timeout=7200 $(ARGS)

.PHONY: mutants
mutants: setup ## changes guards, duties, consent and protection, one place at a time: do the tests notice?
	@$(PY) -m tests.mutants $(ARGS)

.PHONY: test-tampering
test-tampering: setup ## changes records in hundreds of ways and asks whether the verifier names the place
	@$(BIN)/pytest tests/tampering tests/demo/test_tampering.py $(ARGS)

.PHONY: test-faults
test-faults: setup ## kills, cuts off and overloads real parts; takes minutes
	@$(PY) -m homeward.dev.temporal
	@$(BIN)/pytest -m faults $(ARGS)

.PHONY: test-sentinel
test-sentinel: setup ## plants words in every sealed field and searches every disk for them
	@$(PY) -m homeward.dev.temporal
	@$(BIN)/pytest -m sentinel $(ARGS)

.PHONY: check
check: setup ## ruff, formatting, mypy, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: fmt
fmt: setup ## formats, and mends what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: test-console
test-console: setup ## runs the tests that drive a browser; says how to get one if there is none
	@$(PY) -m homeward.dev.browser
	@$(PY) -m homeward.dev.temporal
	@$(BIN)/pytest -m browser $(ARGS)

.PHONY: doctor
doctor: setup ## shows what was chosen, checks it, and names the mend for each fault
	@exec $(HOMEWARD) doctor $(ARGS)

.PHONY: cluster
cluster: setup ## runs what production uses: Temporal server on PostgreSQL, API, two workers
	@exec $(PY) -m homeward.dev.cluster $(ARGS)

.PHONY: lock
lock: .venv/.made ## writes requirements.lock and package-lock.json anew
	@command -v uv >/dev/null || $(PY) -m pip install --quiet uv==$(UV_VERSION)
	@$(LOCK) $(ARGS)
	@npm install --package-lock-only --ignore-scripts --loglevel=error >/dev/null

.PHONY: clean
clean: ## removes what make made, except the data in .homeward
	@rm -rf .venv node_modules homeward/console/static/vendor build dist *.egg-info \
		.coverage .mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
