# Two commands do everything on a fresh Debian 12: `make lab` and `make test`.
PYTHON := .venv/bin/python
# Ryu uses what Python is about to give up, and is told so at every start.
OLD := -W 'ignore:distutils Version classes:DeprecationWarning'
SUDO := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo)

.PHONY: help setup setup-ryu lab test test-ryu check lint types contracts fast emulated bench fuzz faults

help:
	@echo 'make lab      set up what is missing, then run the telemedicine lab'
	@echo 'make test     set up what is missing, then run every test (real Open vSwitch, needs root or sudo)'
	@echo 'make test-ryu the southbound and the telemedicine lab on Ryu in place of os-ken, in an environment of its own'
	@echo 'make check    lint, types, import contracts, fast tests'
	@echo 'make bench    what the work costs beside what others pay for it: docs/bench/latest.md (needs root or sudo)'
	@echo 'make fuzz     text that nobody would write, read as documents, for SECONDS=600 or as many as you say'
	@echo 'make faults   every case of a fault TIMES=20 times or as many as you say: docs/bench/faults.md (root or sudo)'
	@echo 'make setup    the set-up alone'

setup:
	@labs/provision.sh

setup-ryu:
	@labs/provision.sh --ryu

lab: setup
	$(SUDO) .venv/bin/isochrone lab run telemedicine

check: setup lint types contracts fast

lint:
	.venv/bin/ruff check .

types:
	.venv/bin/mypy

contracts:
	.venv/bin/lint-imports

fast:
	$(PYTHON) -m pytest -n 2 --hypothesis-profile fast -m 'not emulated and not slow'

test: setup
	$(PYTHON) -m pytest -n 2 -m 'not emulated'
	$(PYTHON) -m tests.fuzz
	$(SUDO) $(PYTHON) -m pytest -p no:cacheprovider -m emulated

test-ryu: setup-ryu
	@.venv-ryu/bin/isochrone version | grep 'Ryu 4.34'
	.venv-ryu/bin/python -m pytest $(OLD) tests/controller/southbound
	$(SUDO) .venv-ryu/bin/python -m pytest $(OLD) -p no:cacheprovider tests/emulated/test_southbound.py \
		tests/emulated/test_lab.py::test_the_telemedicine_lab_passes

fuzz: setup
	$(PYTHON) -m tests.fuzz $(or $(SECONDS),600)

bench: setup
	$(SUDO) $(PYTHON) -m tests.bench --write docs/bench/latest.md

faults: setup
	$(SUDO) $(PYTHON) -m tests.faults --times $(or $(TIMES),20) --write docs/bench/faults.md
