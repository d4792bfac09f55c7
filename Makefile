# Two commands set everything up: `make serve` and `make test`. The rest are parts of them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := .make
PIP := $(BIN)/pip --disable-pip-version-check
PORT ?= 8000
CODE := animation avatar bench dialogue models server speech
# Tests in real time, with running servers and browsers: what else runs would starve them.
ALONE := tests/faults tests/inspect tests/observing tests/render tests/server tests/speech tests/web
OTHERS := $(filter-out $(ALONE),$(patsubst %/,%,$(wildcard tests/*/))) $(wildcard tests/test_*.py)

.PHONY: serve test test-fast lint setup setup-all weights avatars mouth web clean

serve: setup weights avatars web ## set up what is missing, then http://localhost:$(PORT)
	$(BIN)/shuren serve --port $(PORT)

test: setup-all weights avatars web chromium databases ## everything: units, real models, a real browser
	$(BIN)/shuren models fetch face-landmarker kokoro-voices voice-encoder # read the drawn faces; more speakers to listen to
	$(BIN)/ruff check .
	cd web-demo && npm test
	$(BIN)/pytest -n auto --dist loadfile -m "not model and not browser"
	$(BIN)/pytest -n auto --dist loadfile -m "model or browser" $(ALONE:%=--ignore=%)
	$(BIN)/pytest -m "model or browser" $(OTHERS:%=--ignore=%)

test-fast: setup-all ## the inner loop: no weights, no browser
	$(BIN)/pytest -q -n auto --dist loadfile -m "not model and not browser"

setup: $(STAMP)/core
setup-all: $(STAMP)/all

$(STAMP)/venv:
	@$(PYTHON) -c 'import sys; sys.exit("Shuren needs Python 3.11 or 3.12; set PYTHON=…") if sys.version_info[:2] not in ((3, 11), (3, 12)) else None'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade pip "setuptools>=80" wheel
	@mkdir -p $(STAMP) && touch $@

$(STAMP)/core: $(STAMP)/venv pyproject.toml constraints.txt
	$(PIP) install --progress-bar on -c constraints.txt -e .
	@touch $@

$(STAMP)/all: $(STAMP)/core
	$(PIP) install --progress-bar on -c constraints.txt -e ".[gpu,voices,capture,render,bench,dev]"
	@touch $@

weights: setup
	$(BIN)/shuren models fetch

avatars: setup weights
	$(BIN)/shuren avatar build

mouth: setup-all weights ## speaks a corpus and teaches the network that moves the mouth by ear; about an hour of a free core
	$(BIN)/shuren models fetch kokoro-voices
	$(BIN)/shuren animation train

web: $(STAMP)/web

$(STAMP)/node: web-demo/package.json web-demo/package-lock.json | $(STAMP)/venv
	@command -v npm >/dev/null || { echo "Shuren's page needs Node.js 20 or newer (Debian: apt-get install nodejs npm)"; exit 1; }
	cd web-demo && npm ci --no-audit --no-fund
	@touch $@

$(STAMP)/web: $(STAMP)/node $(shell find web-demo -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	cd web-demo && npm run build
	@touch $@

.PHONY: gallery
gallery: setup-all weights avatars web chromium ## pictures and clips of every avatar: docs/gallery, build/gallery
	$(BIN)/python -m avatar.render.gallery

.PHONY: screens
screens: setup-all weights avatars web chromium ## the pictures of the documentation: docs/screens, docs/screenshot.png
	$(BIN)/python docs/take_screens.py

.PHONY: site
site: setup-all ## the documentation as pages: build/site, for any web server or none
	$(BIN)/zensical build --strict

.PHONY: chromium
chromium: ## the browser the tests drive
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -y -q chromium fonts-noto-cjk; \
	  else echo "The browser tests need Chromium: sudo apt-get install chromium fonts-noto-cjk"; exit 1; fi; }

.PHONY: databases
databases: ## the servers the tests talk to; each test starts its own, on a free port
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && command -v redis-server >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -y -q postgresql redis-server; \
	  else echo "The storage tests need servers: sudo apt-get install postgresql redis-server"; exit 1; fi; }

.PHONY: audit
audit: $(STAMP)/venv ## are pinned packages known to be vulnerable? Asks PyPI and npm; without a network it says so
	@test -x $(STAMP)/audit/bin/pip-audit || { $(PYTHON) -m venv $(STAMP)/audit && \
	  $(STAMP)/audit/bin/pip --disable-pip-version-check install --quiet pip-audit==2.10.1; } || true
	$(BIN)/python deploy/audit.py $(abspath $(STAMP))/audit/bin/pip-audit

lint:
	$(BIN)/ruff check .

clean: ## weights in SHUREN_HOME stay
	rm -rf $(VENV) $(STAMP) web-demo/node_modules web-demo/dist *.egg-info
