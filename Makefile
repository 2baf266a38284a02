# make help lists what there is.
PY := .venv/bin/python
.DEFAULT_GOAL := help

help:            ## this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: .venv/.done   ## virtual environment and system packages
.venv/.done: pyproject.toml requirements.lock scripts/setup
	scripts/setup
	touch $@

lint: setup      ## format, lint and types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

.PHONY: help setup lint
