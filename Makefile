# Tasks that people and the build server share. `make help` lists them.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLAN ?= plan-karabakh
REGION ?= karabakh
VILLAGE ?= aghali
PAGES := src/bunyad/web/static/index.html

.PHONY: help demo village web test check docs serve-docs bench-plan bench-potential bench-connect bench-auction bench-web bench-operate bench-partner lock region clean

help: ## List the tasks
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.run ## Plan the built-in region and say where the report is
	$(BIN)/bunyad plan $(REGION) --out $(PLAN)
	@$(MAKE) --no-print-directory web \
		&& echo "Open it in the browser with: $(BIN)/bunyad serve" \
		|| echo "The pages of bunyad serve were not built (no Node, or no npm packages); the report is there."

village: $(VENV)/.run $(PAGES) ## Run a smart village of the plan: live data, alarms, control room
	@test -f $(PLAN)/provenance.json || $(BIN)/bunyad plan $(REGION) --out $(PLAN)
	$(BIN)/bunyad operate run $(PLAN) --settlement $(VILLAGE)

web: $(VENV)/.run $(PAGES) ## Build the pages of the web part

$(PAGES): $(shell find front/src front/public -type f) front/index.html front/package-lock.json | $(VENV)/.run
	PYTHON=$(BIN)/python sh scripts/build_pages.sh

test: $(VENV)/.test $(PAGES) ## Install what the tests need and run all of them
	@sh scripts/need_chromium.sh
	@sh scripts/need_postgresql.sh
	@sh scripts/need_mosquitto.sh
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --cov --cov-report=term

check: $(VENV)/.check ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	sh scripts/check_pages.sh

docs: $(VENV)/.docs ## Build the documentation into site/
	$(BIN)/mkdocs build --strict

bench-plan: $(VENV)/.run ## Time the whole plan of the built-in region
	$(BIN)/python benchmarks/plan.py

bench-potential: $(VENV)/.bench ## Time land, sun, wind, horizon and the whole region
	$(BIN)/python benchmarks/potential_land_wind.py
	$(BIN)/python benchmarks/potential_sun.py
	$(BIN)/python benchmarks/potential_region.py

bench-connect: $(VENV)/.bench ## Judge roads and time least cost beside other programs
	$(BIN)/python benchmarks/connect_road.py
	$(BIN)/python benchmarks/connect_spread.py
	$(BIN)/python benchmarks/connect_trees.py

bench-web: $(VENV)/.test $(PAGES) ## Time fifty readers at once, and the opening of the page
	$(BIN)/python benchmarks/web_readers.py $(PLAN)

bench-auction: $(VENV)/.bench ## Time sealing, clearing and simulating auctions
	@for file in benchmarks/auction_*.py; do $(BIN)/python $$file || exit 1; done

bench-operate: $(VENV)/.bench ## Time the broker, kill it, soak it, and keep a village for a month
	$(BIN)/python benchmarks/operate.py
	$(BIN)/python benchmarks/operate_sensorthings.py
	$(BIN)/python benchmarks/operate_kills.py
	$(BIN)/python benchmarks/operate_soak.py $(PLAN)
	$(BIN)/python benchmarks/operate_month.py $(PLAN)

bench-partner: $(VENV)/.bench ## Time forums and exchanges, and judge matches
	@for file in benchmarks/partner*.py benchmarks/forum*.py; do $(BIN)/python $$file || exit 1; done

region: $(VENV)/.test ## Build the built-in region's folder again from its sources
	$(BIN)/python scripts/build_karabakh.py

lock: $(VENV)/.check ## Pin every dependency again, with hashes
	sh scripts/lock.sh

clean: ## Remove environments and build results
	rm -rf $(VENV) build dist site .coverage .cache front/node_modules src/bunyad/web/static

$(VENV)/bin/pip:
	sh scripts/make_venv.sh "$(PYTHON)" $(VENV)

$(VENV)/.run: $(VENV)/bin/pip requirements/run.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.check: $(VENV)/.test requirements/check.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/check.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.run requirements/bench.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/.docs: $(VENV)/.run requirements/docs.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/docs.txt
	@touch $@
