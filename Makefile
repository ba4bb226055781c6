# One way in. `make help` lists what there is.
PYTHON ?= python3
ARGS ?=
NAME ?=
VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest
# Where it is set, each of the hundreds of processes of the tests compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup test check bench types format pictures
help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: setup ## set up, then serve the product: make run ARGS="--port 8123"
	@exec $(VENV)/smartforge serve $(ARGS)

setup: ## set up everything that running needs
	@$(PYTHON) scripts/setup.py

test: ## set up, then run every test
	@$(PYTHON) scripts/setup.py --tests
	@$(VENV)/python scripts/page.py tool vitest run
	@$(PYTEST) -n 3 --dist loadgroup $(ARGS)

check: ## format, lint, types, layers, generated files
	@$(PYTHON) scripts/setup.py --tests
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/lint-imports
	@$(VENV)/python scripts/page.py tool pyright --project ..
	@$(VENV)/python scripts/page.py tool tsc --noEmit
	@$(VENV)/python scripts/generate_types.py --check

bench: ## measure: make bench NAME=first
	@$(PYTHON) scripts/setup.py --bench
	@$(VENV)/python -m benchmarks $(NAME)

types: ## regenerate the page's event types
	@$(VENV)/python scripts/generate_types.py

format: ## format the Python code
	@$(VENV)/ruff check --fix --quiet . || true
	@$(VENV)/ruff format .

pictures: ## make the pictures of the README anew
	@$(PYTHON) scripts/setup.py --tests
	@$(VENV)/python scripts/pictures.py
