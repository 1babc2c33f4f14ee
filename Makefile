PYTHON ?= python
BIN := $(dir $(shell command -v $(PYTHON)))

.DEFAULT_GOAL := help
.PHONY: help export clean readme check figures test gpu nbtest run pages docs

help:     ## List the targets
	@sed -n 's/^\([a-z]*\): *[a-z ]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

export:   ## Write the modules in ddpath/ from the notebooks
	$(BIN)nbdev_export

clean:    ## Strip the notebooks of what changes without meaning; outputs stay
	$(BIN)nbdev_clean

readme:   ## Write README.md from nbs/index.ipynb
	$(PYTHON) .ci/readme.py

check:    ## Fail where a file is outdated, a figure too large, a line too long or a slow cell unguarded, and say the remedy
	$(PYTHON) .ci/current.py
	$(PYTHON) .ci/figures.py nbs
	$(PYTHON) .ci/lines.py
	$(PYTHON) .ci/openings.py
	$(PYTHON) .ci/directives.py
	$(PYTHON) .ci/colab.py

figures:  ## Draw all figures anew, and say how long each page took; ONLY=nbs/20_ig.ipynb for a single one
	$(PYTHON) .ci/redraw.py $(ONLY)

test:     ## Run the lessons of the notebooks and the other tests
	$(PYTHON) -m pytest

gpu:      ## On a machine with CUDA: every test, the package on the GPU, and each method beside its bare loop there
	$(PYTHON) -m pytest
	DDPATH_DEVICE=cuda $(PYTHON) -m pytest tests/test_device.py
	DDPATH_DEVICE=cuda $(PYTHON) -m pytest -m slow 'nbs/experiments/speed_runs.ipynb::Taking turns [1]' 'nbs/experiments/speed_runs.ipynb::Taking turns [2]'

nbtest:   ## Run each notebook from top to bottom in one go; ONLY=nbs/20_ig.ipynb for a single one
	$(if $(ONLY),,OMP_NUM_THREADS=1) $(BIN)nbdev_test $(if $(ONLY),--path $(ONLY))

run:      ## Explain the bundled photographs
	$(PYTHON) -c 'from ddpath.cli import main; raise SystemExit(main())' explain

pages:    ## Process the notebooks for the site, without rendering them
	$(PYTHON) -c 'from nbdev.serve import proc_nbs; proc_nbs(n_workers=0)'

docs: readme  ## Render the site into _docs/ (needs Quarto)
	$(BIN)nbdev_docs
