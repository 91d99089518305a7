# make help lists the commands. Everything lives inside this clone: .venv (environment) and _build (results).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# Python keeps what it compiled of its modules, whatever the surroundings say: processes start here by the hundred.
export PYTHONDONTWRITEBYTECODE :=
# NumPy's threads wait for each other in a loop: up to thirty times the work for small matrices.
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help book notebooks check-notebooks check-gpu pdf readme serve digits choices test test-slow mutants bench grade lock clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

book: $(READY)  ## build the website into _build/html
	@$(BIN)/python -m bookbuild html

notebooks: $(READY)  ## build the notebooks of chapters and assignments into _build/notebooks
	@$(BIN)/python -m bookbuild notebooks

check-notebooks: notebooks  ## run all notebooks in environments like Colab's, with the oldest JAX and the newest
	@$(BIN)/python -m bookbuild bare

check-gpu: notebooks  ## run the package's tests and all notebooks on an NVIDIA GPU (GPU_PYTHON=... names a Python that has JAX for it)
	@$(BIN)/python -m bookbuild gpu $(if $(GPU_PYTHON),--python $(GPU_PYTHON))

pdf: $(READY)  ## build the book as one PDF, _build/book.pdf (needs LaTeX; says what to install)
	@$(BIN)/python -m bookbuild pdf

readme: $(READY)  ## write the parts of README.md that are made: links, chapters, plan, film
	@$(BIN)/python -m bookbuild readme

serve: book  ## build, then serve the website on localhost:8000
	@$(BIN)/python -m bookbuild serve

digits: $(READY)  ## train the network of the digits that comes with the book, and say how good it is
	@$(BIN)/python -m ddpm.pretrained

choices: $(READY)  ## measure what the stored results of the chapter on choices lack, setting by setting; go on after an interruption
	@$(BIN)/python -m ddpm.chapters.choices

# The tests give way to the build; those that look at the site come last, and wait for it.
TEST := $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder
test: $(READY)  ## build, and run the tests (needs Chromium; installs it if it can); CHAPTER=closed_form: those of one chapter
	@$(BIN)/ruff format --check code tests && $(BIN)/ruff check code tests
	@$(BIN)/python -m bookbuild browser
ifdef CHAPTER
	$(if $(wildcard book/$(CHAPTER).md),,$(error There is no book/$(CHAPTER).md))
	@$(TEST) -k $(CHAPTER) -m "not slow$(if $(wildcard _build/html/index.html),, and not site)" tests
else
	@mkdir -p _build
	@$(BIN)/python -m bookbuild html >_build/site.log 2>&1 & site=$$!; \
	  trap 'kill $$site 2>/dev/null' INT TERM; \
	  nice -n 19 $(TEST) -m "not slow" tests; tested=$$?; \
	  wait $$site; built=$$?; cat _build/site.log; test $$built = 0 && exit $$tested
endif

test-slow: book  ## run the long tests that make test leaves out: every page with axe, the PDF, assignments from blank to graded
	@$(BIN)/python -m bookbuild browser
	@$(TEST) -m slow tests

# The tool stands apart from the book's environment, in a folder that only this command looks into.
TOOL := _build/mutants/tool
mutants: $(READY)  ## change the package in one place at a time, and see what no test notices: make mutants PART=core [SAMPLE=40]
	@test -n "$(PART)" || { echo "Name the part: make mutants PART=core (or derivation, grading)" >&2; exit 2; }
	@[ $(TOOL)/.ready -nt code/mutants/requirements.txt ] || { rm -rf $(TOOL); \
	  $(BIN)/uv pip install --quiet --target $(TOOL) --require-hashes -r code/mutants/requirements.txt && touch $(TOOL)/.ready; }
	@PYTHONPATH=$(TOOL) $(BIN)/python -m mutants $(PART) $(if $(SAMPLE),--sample $(SAMPLE))

bench: $(READY)  ## time training and sampling, against a plain loop and PyTorch (TORCH_PYTHON=... names a Python that has it)
	@$(BIN)/python -m bench

# the folder as it was typed: neither make nor the shell reads a $ or a quote in it
FOLDER = '$(subst ','\'',$(value SUBMISSIONS))'
grade: $(READY)  ## grade the notebooks of a folder: make grade SUBMISSIONS=folder
	@test -n $(FOLDER) || { echo "Name the folder of notebooks: make grade SUBMISSIONS=folder" >&2; exit 2; }
	@$(BIN)/python -m ddpm.chapters.grade $(FOLDER)

lock: $(READY)  ## refresh requirements.txt, tests/bare/newest.txt and code/mutants/requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --custom-compile-command 'make lock' pyproject.toml --extra grader --extra scale requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy requires-python \
	  --custom-compile-command 'make lock' tests/bare/newest.in -o tests/bare/newest.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command 'make lock' code/mutants/requirements.in -o code/mutants/requirements.txt

clean:  ## remove what was built (the environment stays; delete .venv to renew it)
	rm -rf _build .pytest_cache .hypothesis

# uv does it in several processes, but does not read pip's settings: where it finds no index, pip does the work.
PINNED := --quiet --require-hashes --no-deps

# Two makes at once make the environment once: the shell holds the lock (descriptor 9), and the system frees it when the shell ends.
define HOLD
import fcntl
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another make is setting up the environment: waiting for it.", flush=True)
    fcntl.flock(9, fcntl.LOCK_EX)
endef
export HOLD

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Python 3.11 or newer is needed; %s is %d.%d. Name another: make PYTHON=python3.12" % (sys.executable, v[0], v[1]))'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is incomplete. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@exec 9>$(VENV).lock; $(PYTHON) -c "$$HOLD"; set -e; \
	  if [ $@ -nt requirements.txt ] && [ $@ -nt pyproject.toml ]; then exit; fi; set -x; \
	  export PIP_DISABLE_PIP_VERSION_CHECK=1; \
	  rm -rf $(VENV); $(PYTHON) -m venv $(VENV); \
	  sed -n '/^uv==/,/[^\\]$$/p' requirements.txt >$(VENV)/uv.txt; \
	  $(BIN)/pip install $(PINNED) -r $(VENV)/uv.txt; \
	  $(BIN)/uv pip install $(PINNED) --compile-bytecode --python $(BIN)/python -r requirements.txt || \
	    $(BIN)/pip install $(PINNED) -r requirements.txt; \
	  $(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .; \
	  touch $@
