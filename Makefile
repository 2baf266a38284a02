# make help lists what there is.
PY := .venv/bin/python
.DEFAULT_GOAL := help

help:            ## this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

setup: .venv/.done   ## virtual environment and system packages
.venv/.done: pyproject.toml requirements.lock scripts/setup
	scripts/setup
	touch $@

demo: setup      ## real calls over the sample site, told from what was kept of them
	.venv/bin/hotline demo

run: export HOTLINE_WEB_PORT ?= 8090
run: setup       ## stay up, for softphones and programs; Ctrl-C stops everything
	.venv/bin/hotline up --lab

lint: setup      ## format, lint and types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

# Compiled once, and not by every worker in every run.
test test-calls test-lab test-rest test-unit: export PYTHONDONTWRITEBYTECODE =

# What fails is run once more, one by one: what a busy machine spoiled passes then, and stays in the output; a fault fails again.
# $(1): how it is started, $(2): the tests, $(3): how they are run the first time.
PYTEST = $(PY) -m pytest -q -o cache_dir=.pytest_cache/$@
define tested
$(1) $(PYTEST) $(2) $(3) || { echo "once more, one by one:"; $(1) $(PYTEST) $(2) --last-failed --last-failed-no-failures none; }
endef

# Each has a target of its own.
APART := tests/e2e tests/lab tests/phones tests/bench tests/demo tests/measurements tests/pri tests/docker tests/boot tests/chaos

test: setup      ## real calls, real Asterisks, units and both databases, beside each other
	$(MAKE) -j3 --output-sync test-calls test-lab test-rest

test-calls: setup
	$(call tested,scripts/in-memory,tests/e2e,--durations=10)

# After the calls, where both want a processor: beside a whole house of callers a phone of the lab's is little.
test-lab: setup
	$(call tested,nice scripts/in-memory,tests/lab tests/phones tests/bench,--durations=5)

# Little more than what the others leave of the processors: they send speech in real time.
test-rest: setup
	$(call tested,nice -n 15 scripts/in-memory,tests $(APART:%=--ignore=%),-n 3 --dist loadgroup)

test-unit: setup ## without Asterisk, PostgreSQL, calls and whatever takes long
	$(PY) -m pytest -q -n auto --dist worksteal --hypothesis-profile=quick tests \
	    $(patsubst %,--ignore=%,$(APART) tests/doctor tests/dialplan_templates) \
	    -m "not (e2e or asterisk or postgres or slow)"

test-demo: setup  ## the demo from nothing, and what programs read of it
	$(call tested,,tests/demo,)

test-measurements: setup ## the measurements of "make bench", each of them once and small
	$(call tested,,tests/measurements,)

test-pri: setup  ## real E1/PRI calls over boards in a virtual machine; the first time builds it (minutes)
	scripts/setup pri
	$(PY) -m lab.pri
	$(call tested,,tests/pri $(BUT),-rs)

# Green where the machine lacks what it takes, and says so; red where a call over a board goes wrong. Sixty calls at once
# are left to test-pri itself: emulated, they need a machine that does nothing else.
test-pri-if-fit: setup
	@$(PY) -m lab.pri.fitness $(MINUTES_LEFT) && scripts/setup pri && $(PY) -m lab.pri \
	    || { echo "test-pri: SKIPPED, for the reason above: no call over a board was proven"; exit 0; }; \
	    $(MAKE) test-pri BUT='-k "not sixty"'

test-docker: setup  ## real calls through containers; the first time makes the images' bases from packages (minutes)
	scripts/setup docker || echo "test-docker: without these packages its tests are skipped"
	$(call tested,docker/with-engine.sh,tests/docker,-rs)

test-boot: setup ## a systemd that really boots, Hotline on it as the guide says; the first time fetches a Debian (a minute)
	$(PY) -m tests.boot.tree || echo "test-boot: its tests are skipped"
	$(call tested,,tests/boot,-rs)

# Green where no engine can be started or too little time is left, and says so.
test-docker-if-fit: setup
	@needed=$$(if [ -d "$$(docker/cache-folder)" ]; then echo 10; else echo 16; fi); \
	if [ $(MINUTES_LEFT) -ge $$needed ]; then $(MAKE) test-docker; else \
	    echo "test-docker: SKIPPED, $(MINUTES_LEFT) minutes are left, $$needed are kept for it: nothing was proven in containers"; \
	fi

bench: setup     ## every measurement, about an hour; docs/benchmarks.md is written anew
	$(PY) -m bench

day: setup       ## a mixed day of 2,000 calls at ten a second with thirty agents, about five minutes
	$(PY) -m bench day

day-postgresql: setup ## the same on a private PostgreSQL
	$(PY) -m bench day_postgresql

chaos: setup     ## every fault during loads of calls, more than an hour; docs/chaos.md is written anew (CHAOS_SIZE=0.05: minutes)
	$(PY) -m pytest -q tests/chaos

.PHONY: help setup demo run lint test test-calls test-lab test-rest test-unit test-demo test-measurements test-pri test-pri-if-fit test-docker test-docker-if-fit test-boot bench day day-postgresql chaos
