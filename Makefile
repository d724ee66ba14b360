# One command each. On a fresh machine with Python >= 3.11, make and git, `make demo` and `make test` set everything up.
PYTHON ?= python3
BIN := .venv/bin
# Two variables some machines export; they would recompile every start and slow every line of output.
RUN := env -u PYTHONDONTWRITEBYTECODE -u PYTHONUNBUFFERED

.PHONY: demo up test contract kills bench check lock clean

demo: .venv/.run ## one whole night in real Airflow over loopback marketplaces; ends by itself
	@$(RUN) $(BIN)/daiyun demo --out build/demo

up: .venv/.run ## the same, and keeps Airflow's UI running until Ctrl-C
	@$(RUN) $(BIN)/daiyun demo --out build/demo --keep

test: .venv/.dev ## the whole test suite
	@$(RUN) $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

contract: .venv/.dev ## the contract suite over every connector, and the planted mistakes it must catch: make contract
	@$(RUN) $(BIN)/python -m pytest -n 2 --dist loadfile tests/contract tests/mutants tests/connector_command

kills: .venv/.dev ## workers shot at random moments of a night: make kills DAIYUN_KILLS=100
	@DAIYUN_KILLS=$(or $(DAIYUN_KILLS),30) $(RUN) $(BIN)/python -m pytest tests/pipeline/test_kills.py -q -s

check: .venv/.dev ## style and import arrows only
	@$(BIN)/ruff check . && $(BIN)/lint-imports

bench: .venv/.dev ## side-by-side measurements into build/bench.json
	@$(RUN) $(BIN)/python -m benchmarks

# The lock names every file by hash and no address; `--no-build-isolation` uses the build tool pinned in it.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Daiyun needs Python 3.11 or newer, this is {sys.version.split()[0]}: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing $(1) (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@$(RUN) $(BIN)/python -m compileall -q -j 0 .venv/lib transforms connectors warehouse reports pipeline dags sandbox || true
endef

.venv/.run: requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@touch $@

.venv/.dev: requirements-dev.lock requirements.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $@ .venv/.run

lock: ## for the maintainer: needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock

clean:
	rm -rf build
