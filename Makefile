# results -> figures -> paper. Reading this file is reading where each number of the paper comes from.

MAKEFLAGS += -j2
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
RUN    := MPLBACKEND=Agg SOURCE_DATE_EPOCH=1767225600 $(PY)

ANALYSES  := $(sort $(filter-out %/__init__.py,$(wildcard paper/analysis/*.py)))
DRAWINGS  := $(sort $(filter-out %/__init__.py,$(wildcard paper/figures/*.py)))
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))

RESULTS := $(ANALYSES:paper/analysis/%.py=build/results/%.csv)
FIGURES := $(foreach type,svg pdf png,$(DRAWINGS:paper/figures/%.py=build/figures/%.$(type)))
PAPERS  := build/paper/paper.pdf build/paper/paper.docx build/paper/paper.html

.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: paper results figures notebooks all test test-slow check verify docs expected lab lock clean help FORCE
.DEFAULT_GOAL := all

all: paper notebooks                    ## results, figures, notebooks and the paper (the default)
paper: $(RESULTS) $(FIGURES) $(PAPERS)  ## results, figures and the paper as PDF, Word and HTML
results: $(RESULTS)                     ## the numbers only
figures: $(FIGURES)                     ## the figures only

# --- environment ------------------------------------------------------------------------------------------------
$(VENV)/ready: requirements.lock pyproject.toml paper/environment.py
	@$(PYTHON) paper/environment.py $(VENV)

# --- inputs: sums of contents, so that a changed, restored or removed file is noticed ---------------------------
INPUTS := build/inputs
sums = mkdir -p $(INPUTS) && find $(1) -type f ! -name '*.pyc' ! -name '.*' | LC_ALL=C sort | tr '\n' '\0' | \
       xargs -0 cksum > $@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }

$(INPUTS)/package.txt: FORCE
	@$(call sums,mmc_analysis paper/pipeline.py paper/drawing.py paper/examples.py)
$(INPUTS)/published.txt: FORCE
	@$(call sums,$(filter-out datasets/example_%,$(wildcard datasets/*)))
$(INPUTS)/%.txt: FORCE
	@$(call sums,datasets/$*)

# --- results: one script, one table -----------------------------------------------------------------------------
build/results/%.csv: paper/analysis/%.py $(INPUTS)/package.txt | $(VENV)/ready
	@echo "result  $*"
	@$(RUN) -m paper.analysis.$* $@

PUBLISHED := consistency studies focus_effects imagery_gains thickness_gains derived claims
$(PUBLISHED:%=build/results/%.csv): $(INPUTS)/published.txt
build/results/lifters.csv build/results/lifters_truth.csv: $(INPUTS)/example_calatayud.txt
build/results/trainees.csv: $(INPUTS)/example_imagery.txt
build/results/exercises.csv build/results/exercises_truth.csv: $(INPUTS)/example_contreras.txt

LIFTERS := lifters_tests lifters_means lifters_contrasts lifters_effects lifters_truth
$(LIFTERS:%=build/results/%.csv): build/results/lifters.csv
TRAINEES := trainees_tests trainees_means trainees_contrasts
$(TRAINEES:%=build/results/%.csv): build/results/trainees.csv
build/results/exercises_contrasts.csv: build/results/exercises.csv
build/results/recordings_contrasts.csv: build/results/recordings.csv
build/results/error_rates.csv: benchmarks/error_rates.csv

# --- figures: one script, one figure in three formats -----------------------------------------------------------
build/figures/%.svg build/figures/%.pdf build/figures/%.png: paper/figures/%.py $(INPUTS)/package.txt | $(VENV)/ready
	@echo "figure  $*"
	@$(RUN) -m paper.figures.$* build/figures/$*

figure = $(foreach type,svg pdf png,build/figures/$(1).$(type))
$(call figure,evidence_map): build/results/focus_effects.csv build/results/studies.csv
$(call figure,focus_effects): build/results/focus_effects.csv
$(call figure,imagery_gains): build/results/imagery_gains.csv
$(call figure,consistency): build/results/consistency.csv
$(call figure,lifters): build/results/lifters.csv build/results/lifters_means.csv
$(call figure,lifters_estimation): build/results/lifters.csv build/results/lifters_contrasts.csv
$(call figure,trainees): build/results/trainees.csv build/results/trainees_means.csv
$(call figure,recordings): build/results/recordings_contrasts.csv
$(call figure,exercises): build/results/exercises_contrasts.csv

# --- paper ------------------------------------------------------------------------------------------------------
build/paper/paper.md: paper/paper.md paper/manuscript.py paper/tables.py $(RESULTS) | $(VENV)/ready
	@echo "paper   numbers into the text"
	@$(RUN) -m paper.manuscript paper/paper.md $@

TYPESETTING := build/paper/paper.md paper/typeset.py paper/word_style.py paper/refs.bib CITATION.cff $(wildcard paper/style/*)
$(PAPERS): $(TYPESETTING) $(FIGURES)
	@echo "paper   $(@F)"
	@$(RUN) -m paper.typeset $< $@

# --- the rest ---------------------------------------------------------------------------------------------------
notebooks: $(NOTEBOOKS:notebooks/%.ipynb=build/notebooks/%.html)  ## run the notebooks; pages in build/notebooks
build/notebooks/%.html: notebooks/%.ipynb paper/notebooks.py $(INPUTS)/package.txt $(INPUTS)/published.txt \
    $(INPUTS)/example_calatayud.txt $(INPUTS)/example_imagery.txt $(INPUTS)/example_contreras.txt | $(VENV)/ready
	@echo "notebook $*"
	@$(RUN) -m paper.notebooks $< $@

verify: $(RESULTS)                      ## compare build/results with paper/expected, number by number
	@$(RUN) -m paper.verify build/results paper/expected

expected: $(RESULTS)                    ## accept build/results as the expected numbers
	@cp build/results/*.csv paper/expected/

test: $(VENV)/ready                     ## the tests
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(RUN) -m pytest -q -n 2 -m "not slow"

test-slow: $(VENV)/ready                ## simulations and whole builds
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(RUN) -m pytest -q -n 2 -m slow

check: $(VENV)/ready                    ## style of the code
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

docs: $(VENV)/ready                     ## write docs/glossary.md again
	@$(PY) -c "from mmc_analysis.schema import glossary_markdown as g; print(g(), end='')" > docs/glossary.md

lab: $(VENV)/ready                      ## open the notebooks in JupyterLab
	@$(PY) -m jupyterlab notebooks

lock: $(VENV)/ready                     ## resolve the dependencies again
	@$(PY) -m uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --all-extras \
	    pyproject.toml -o requirements.lock

clean:                                  ## remove everything that was generated, but not the environment
	@rm -rf build

help:                                   ## this list
	@awk -F'## ' '/^[a-z-]+:.*## / {split($$1, a, ":"); printf "  %-12s %s\n", a[1], $$2}' $(MAKEFILE_LIST)

FORCE:
