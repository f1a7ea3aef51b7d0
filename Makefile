# Everything is made in .venv; PYTHON= picks the interpreter, EXTRAS= leaves torch out.
PYTHON ?= python3
EXTRAS ?= embed
PORT ?= 8000
FIGURES ?= $(WAMKG_HOME)/out/roadmap.svg
INSERTIONS ?= 100
FUZZ_SECONDS ?= 225
VENV := .venv
BIN := $(VENV)/bin
export WAMKG_HOME ?= $(CURDIR)/var

comma := ,
RUN_EXTRAS := $(if $(EXTRAS),[$(EXTRAS)],)
DEV_EXTRAS := [dev$(if $(EXTRAS),$(comma)$(EXTRAS),)]

.PHONY: help run build test lint bench drill fuzz demo-enrich check-figures check-latex clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

run: build ## Build, then serve on http://127.0.0.1:8000
	$(BIN)/wamkg serve --port $(PORT)

build: $(VENV)/.run ## Install and do the whole job: store, seeds, suggestions, figures
	$(BIN)/wamkg init --example wam
	$(BIN)/wamkg build

test: $(VENV)/.dev $(VENV)/.client lint ## Run every check
	$(BIN)/pytest -n 2 --dist loadfile

lint: $(VENV)/.dev ## Style, types and the order of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## Measure speed and memory side by side with plain tools
	$(BIN)/python -m tests.bench

check-figures: $(VENV)/.dev ## Measure drawn figures from their own elements (FIGURES= names others), then generated roadmaps
	$(BIN)/python -m wamkg.figures.check $(FIGURES)
	$(BIN)/python -m tests.helpers.roadmap_report $(INSERTIONS)

check-latex: $(VENV)/.dev ## Compile the drawn figures in a two-column article (needs TeX Live: see tests/helpers/latex.py)
	$(BIN)/python -m tests.helpers.latex

drill: $(VENV)/.dev ## Long fault and race drills
	$(BIN)/pytest -m drill tests
	WAMKG_PROPERTIES=random $(BIN)/pytest $$(grep -rl '@given' tests --include='test_*.py')

fuzz: $(VENV)/.dev ## Fuzz the readers of lists and references, FUZZ_SECONDS= each
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[fuzz]'
	for reader in list bibtex ris csv csl-json nbib wos enw; do \
	  $(BIN)/python -m tests.fuzz.readers $$reader -max_total_time=$(FUZZ_SECONDS) || exit 1; done

demo-enrich: $(VENV)/.dev ## Enrich made-up papers from a local server full of faults, and draw their citations
	$(BIN)/python -m tests.s2_server.demo --out $(WAMKG_HOME)/demo

clean: ## Remove what was made here, but not the store
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("wamkg needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.$(RUN_EXTRAS)'
	touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.$(DEV_EXTRAS)'
	touch $@ $(VENV)/.run

# The generator of clients needs another version of typer than wamkg, so it has an environment of its own.
$(VENV)/.client: $(BIN)/python tests/helpers/client_generator.txt
	$(PYTHON) -m venv $(VENV)/client
	$(VENV)/client/bin/python -m pip install --quiet --disable-pip-version-check -r tests/helpers/client_generator.txt
	touch $@
