# Longhand.  `make` prints what there is to make; the first target that needs .venv makes it.

PYTHON ?= python3
VENV   ?= .venv
RUN     = $(VENV)/bin/python
READY   = $(VENV)/.longhand-installed

# One thread for BLAS: the matrices of tests and chapters are small, and timings and bits repeat.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install test test-slow test-everywhere derivatives mutants mutants-all bench chapters chapters-everywhere chapter book clean

help:  ## print these targets
	@echo "Longhand: make TARGET [PYTHON=python3.12]"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F '|' '{ printf "%-22s%s\n", $$1, $$2 }'

install: $(READY)  ## make .venv and install what tests and chapters need

test: $(READY)  ## run the tests, over all cores
	@echo "The tests: about six minutes on two cores"
	$(RUN) -m pytest -n auto --durations 20

test-slow: $(READY)  ## run the tests that take minutes
	$(RUN) -m pytest -m slow

test-everywhere: $(READY)  ## run the tests with other processors' kernels
	$(RUN) -m everywhere tests -n auto

derivatives: $(READY)  ## check every derivative and print the table
	$(RUN) -m tests.derivatives

mutants: $(READY)  ## plant faults in the derivatives: a sample, or all of some modules: MODULES="ref.layers ref.losses"
	@echo "Planted faults: some minutes; all of them (make mutants-all) take an hour"
	$(RUN) -m tests.derivatives.mutants $(or $(MODULES),--sample 10 $(if $(SINCE),--changed $(SINCE))) $(if $(MOST),--most $(MOST)) \
		$(if $(WITHOUT),--without $(WITHOUT))

mutants-all: $(READY)  ## plant every fault; every one must be caught
	$(RUN) -m tests.derivatives.mutants

bench: $(READY)  ## time against the machine's limit (and peers: pip install -e '.[peers]')
	$(RUN) -m benchmarks

chapters: $(READY)  ## execute all chapters and how-to pages, and build the HTML book
	@$(RUN) -m chapters.build; built=$$?; $(MAKE) --no-print-directory book && exit $$built

chapters-everywhere: $(READY)  ## execute all chapters as on other machines, and say what fails where
	$(RUN) -m everywhere chapters

chapter: $(READY)  ## execute one chapter or how-to page: make chapter NAME=02_hessian_free
	$(RUN) -m chapters.build $(or $(NAME),$(error say which chapter: make chapter NAME=02_hessian_free))

book: $(READY)  ## build the HTML book from the executed chapters
	$(RUN) -m sphinx -W --keep-going -E -q -b html chapters chapters/_build/html
	@echo "The book is in chapters/_build/html/index.html"

clean:  ## remove what was built; keep .venv and runs/
	rm -rf chapters/_build chapters/api/*.rst chapters/jupyter_execute jupyter_execute build .pytest_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

$(READY): pyproject.toml
	@$(PYTHON) -c "import sys; v = sys.version_info; v >= (3, 11) or sys.exit('Longhand needs Python 3.11 or newer, but $(PYTHON) is Python %d.%d. Name another: make PYTHON=python3.12' % v[:2])"
	@$(RUN) -m pip --version > /dev/null 2>&1 || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what tests and chapters need into $(VENV) (a minute or two)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[test,book]'
	@touch $@
