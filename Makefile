# Everything a person or a machine runs here. Needs Python 3.11, 3.12 or 3.13 with its venv module, git and make.
.DEFAULT_GOAL := help
.PHONY: help run demo test crash bench browser odbc redis superset engines pictures unit one lint check format lock sbom audit clean

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --progress-bar off --no-deps
UV_COMPILE := uv pip compile --quiet --upgrade --no-emit-package dbt-core-experimental-parser --generate-hashes --universal --no-header --no-annotate --python-version 3.11

help:
	@echo "make run     set everything up, take sample files to published marts, keep serving until Ctrl-C"
	@echo "make demo    the same once, then stop"
	@echo "make test    set everything up, prove it"
	@echo "make unit    the tests of single rooms, two at a time, in two to three minutes"
	@echo "make one     one test file or test: make one T=tests/unit/test_periods.py"
	@echo "make crash   kills, full disks and wrong clocks at random: make crash SEEDS=3 KILLS=1000 FILES=10000"
	@echo "make bench   what each step costs against its yardstick, as ratios: hours, on a quiet machine"
	@echo "make lint    format, lint, types, import rules, SQL lint"
	@echo "make check   make lint, then make test"
	@echo "make format  write the format that make check wants"
	@echo "make lock    renew requirements*.txt from requirements*.in (needs uv)"
	@echo "make sbom    what the lock holds: dist/sbom.cdx.json (CycloneDX) and dist/licences.csv"
	@echo "make audit   known vulnerabilities of what the lock holds; needs the network, and says when it could not"
	@echo "make pictures  the pictures of README.md and of the guide for clerks, from the sample data"
	@echo "make superset  Superset with our dashboard over the PostgreSQL of make run, in an environment of its own"
	@echo "make engines  the dbt project on DuckDB, DuckLake and Spark: are the marts equal? Needs Java 17"
	@echo "make clean   forget all state (IOC_HOME, by default var/)"

run: $(INSTALLED)
	@exec $(BIN)/python -m ioc_pipeline.local_airflow run

demo: $(INSTALLED)
	@exec $(BIN)/python -m ioc_pipeline.local_airflow demo

# Every process of the tests would compile our code and the tests again where the environment says to keep no bytecode.
unexport PYTHONDONTWRITEBYTECODE

# Fast tests first: what is wrong shows early. The dear ones come next, so that none of them is left for the end.
# One process of three waits for Airflow most of the time (tests/conftest.py), two take file after file.
test: $(INSTALLED_DEV) browser odbc redis
	@exec $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder \
	    tests/unit tests/e2e tests/crash tests/dbt tests/hostile tests/web tests/dags

SEEDS := 3
KILLS := 1000
FILES := 10000
crash: $(INSTALLED_DEV)
	@PYTHONPATH=tests exec $(BIN)/python -m crash.campaign $(SEEDS) $(KILLS) $(FILES)

bench: $(INSTALLED_DEV)
	@PYTHONPATH=tests exec $(BIN)/python -m bench.table

# The tests of the pages drive the machine's own Chromium.
browser:
	@command -v chromium >/dev/null || { \
	    echo "Installing Debian's Chromium for the tests of the pages"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	} || { echo "The tests of the pages need Chromium. On Debian: apt-get install chromium" >&2; exit 1; }

# What Excel and other ODBC clients read the marts through.
odbc:
	@odbcinst -q -d -n "PostgreSQL Unicode" >/dev/null 2>&1 || { \
	    echo "Installing Debian's ODBC driver of PostgreSQL for its tests"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq unixodbc odbc-postgresql >/dev/null; \
	} || { echo "The tests of ODBC need its driver. On Debian: apt-get install unixodbc odbc-postgresql" >&2; exit 1; }

# What Celery's workers are told their tasks through.
redis:
	@command -v redis-server >/dev/null || { \
	    echo "Installing Debian's Redis for the test of two workers"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null; \
	} || { echo "The test of two workers needs Redis. On Debian: apt-get install redis-server" >&2; exit 1; }

pictures: $(INSTALLED_DEV) browser
	@PYTHONPATH=tests $(BIN)/python -m guide_pictures
	@PYTHONPATH=tests exec $(BIN)/python -m pictures

# Optional, and apart: Superset pins half of what we do to other versions.
SUPERSET := .venv-superset
$(SUPERSET)/.installed: include/bi/requirements-superset.txt $(VENV)/.created
	@echo "Installing Superset (a few minutes the first time)"
	@$(BIN)/python -m venv $(SUPERSET)
	@$(SUPERSET)/bin/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps --require-hashes -r $<
	@touch $@

superset: $(INSTALLED) $(SUPERSET)/.installed
	@exec $(BIN)/python -m ioc_pipeline.local_airflow.superset $(SUPERSET)/bin/superset

# Spark too: its adapter and ours would pin each other's packages.
ENGINES := .venv-engines
$(ENGINES)/.installed: include/engines/requirements.txt $(VENV)/.created
	@echo "Installing Spark (a few minutes the first time)"
	@$(BIN)/python -m venv $(ENGINES)
	@$(ENGINES)/bin/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps --require-hashes -r $<
	@touch $@

engines: $(INSTALLED_DEV) $(ENGINES)/.installed
	@PYTHONPATH=tests exec $(BIN)/python -m engines.compare $(ENGINES)/bin/python

unit: $(INSTALLED_DEV) odbc
	@exec $(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile tests/unit

one: $(INSTALLED_DEV)
	@exec $(BIN)/python -m pytest $(T)

lint: $(INSTALLED_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 2 dbt_project

check: lint test

format: $(INSTALLED_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix dbt_project

# Without rfc3987-syntax jsonschema checks no IRIs, which nothing here asks for; with it each process that imports
# Airflow, dbt or Great Expectations takes a second and more of CPU to make its grammar.
lock:
	$(UV_COMPILE) requirements.in --output-file requirements.txt
	$(UV_COMPILE) --no-emit-package rfc3987-syntax --constraint requirements.txt requirements-dev.in --output-file requirements-dev.txt

# Names of what runs in production; a package for another system is in the lock and not installed here.
LOCKED = $(shell sed -n 's/^\([A-Za-z0-9._-]*\).*==.*/\1/p' requirements.txt)
DIST := dist
sbom: $(INSTALLED_DEV)
	@mkdir -p $(DIST)
	@$(BIN)/cyclonedx-py requirements requirements.txt --output-reproducible --of JSON -o $(DIST)/sbom.cdx.json
	@$(BIN)/pip-licenses --format=csv --packages $(LOCKED) --output-file=$(DIST)/licences.csv >/dev/null
	@echo "$(DIST)/sbom.cdx.json, $(DIST)/licences.csv"

audit: $(INSTALLED_DEV)
	@$(BIN)/pip-audit --strict --no-deps --disable-pip -r requirements.txt || { \
	    echo "Not clean, or not audited: without a network, or where an index has no advisories, nothing is known" >&2; exit 1; }

clean: $(INSTALLED)
	@exec $(BIN)/python -m ioc_pipeline.local_airflow clean

# Only what is locked is installed. setuptools comes first because it builds what has no wheel (odfpy, ourselves):
# an isolated build would fetch its tools past the lock.
$(VENV)/.created:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	    "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || continue; \
	    "$$python" -c 'import ensurepip, venv' 2>/dev/null || { incomplete="$$python"; continue; }; \
	    echo "Creating $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv $(VENV) && touch $@ && exit 0; \
	    exit 1; \
	done; \
	if [ -n "$$incomplete" ]; then \
	    echo "$$incomplete has no venv module. On Debian: apt-get install python3-venv" >&2; \
	else \
	    echo "No Python 3.11, 3.12 or 3.13 $(if $(PYTHON),at $(PYTHON),found). Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2; \
	fi; exit 1

$(INSTALLED): requirements.txt pyproject.toml $(VENV)/.created
	@echo "Installing the locked packages (a minute or two the first time)"
	@sed -n '/^setuptools==/,/[^\\]$$/p' requirements.txt > $(VENV)/build-tools.txt
	@$(PIP) --require-hashes -r $(VENV)/build-tools.txt
	@$(PIP) --require-hashes --no-build-isolation --use-pep517 -r requirements.txt
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	@echo "Installing the locked packages of the tests"
	@$(PIP) --require-hashes --no-build-isolation --use-pep517 -r requirements-dev.txt
	@touch $@
