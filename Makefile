# What a person does with the gateway. Every target does its own set-up; only Python 3.11 to 3.14 and make are needed.
.DEFAULT_GOAL := help
.PHONY: help setup check test demo faults long fuzz bench mutants lock clean

PYTHON ?=
export PYTHON

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

setup:  ## Make .venv with the locked packages and fetch the Kafka broker's jars; does nothing when nothing changed
	@.ci/setup

demo: setup  ## Start everything, post sample transfers, show the reports that come out, stop
	@.venv/bin/strgw demo

check: setup  ## Format, lint, types, import directions, schema compatibility, the page of typologies
	@.venv/bin/python .ci/gate.py check

test: setup  ## make check, then every tier of tests (unit, property, golden, integration, faults in the short form)
	@.venv/bin/python .ci/gate.py test

faults: setup  ## The long form of the fault tests (20 kills over 500,000 transfers)
	@.venv/bin/python .ci/gate.py faults

long: setup  ## The long form of the other tests: 10,000 random reports a kind of form, 300 schemas, every case report by two validators; half an hour
	@.venv/bin/python .ci/gate.py long

fuzz: setup  ## Give every decoder damaged documents, INPUTS of them (1,000,000, drawn with SEED): no crash, no hang, nothing accepted that must not be
	@.venv/bin/python -m tests.fuzz $(if $(INPUTS),--inputs $(INPUTS)) $(if $(SEED),--seed $(SEED)) $(if $(TARGET),--target '$(TARGET)')

bench: setup  ## Measure throughput, latency and memory on this machine
	@.venv/bin/strgw bench

mutants: setup .venv/mutation/ready  ## Break the typologies in MUTANTS places (300, drawn with SEED) and count how often a test notices; 5 to 15 minutes
	@.venv/mutation/bin/python .ci/mutate.py $(if $(MUTANTS),--mutants $(MUTANTS)) $(if $(SEED),--seed $(SEED))

# yattag, which only Cosmic Ray's HTML pages need, has no wheel: the lock leaves it out.
.venv/mutation/ready: .ci/mutation.lock
	@.venv/bin/python -m venv --clear .venv/mutation
	@.venv/mutation/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -r .ci/mutation.lock
	@touch $@

lock: setup  ## Write requirements.lock anew from pyproject.toml (UPGRADE=name lifts that one package)
	@.venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-header \
	  $(if $(UPGRADE),--upgrade-package $(UPGRADE)) --output-file requirements.lock
	@.venv/bin/uv pip compile .ci/mutation.in --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-package yattag \
	  $(if $(UPGRADE),--upgrade-package $(UPGRADE)) --output-file .ci/mutation.lock

clean:  ## Remove .venv and every cache in this folder (the broker's data and jars stay)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
