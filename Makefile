# make demo   set everything up and answer the question: three screws, five losses, one table
# make test   set everything up and pass every check
# make pictures   draw docs/pictures anew (two minutes)
# make validation   compute the table and the picture of docs/validation.md anew (a quarter of an hour)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test setup lint benchmarks validation pictures clean

demo: setup
	$(BIN)/sacrofix compare cases/library/quickstart.yaml --out results/quickstart

test: setup lint
	$(BIN)/pytest -n 2 --dist worksteal

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

validation: setup
	$(BIN)/sacrofix validate --picture docs/pictures/validation.png

benchmarks: setup
	$(BIN)/python -m benchmarks.pipeline

pictures: setup
	$(BIN)/sacrofix anatomy cases/library/anatomy.yaml --out docs/pictures
	$(BIN)/sacrofix anatomy cases/library/anatomy.yaml --set screw.preset=s2ai --construct --out build/pictures
	cp build/pictures/construct.png docs/pictures/construct.png
	$(BIN)/sacrofix presets --out docs/pictures/presets.png
	for map in clinical_ct young_qct; do for t in 0 -3; do \
		$(BIN)/sacrofix bone cases/library/anatomy.yaml --set bone.map=$$map --set bone.t_score=$$t \
			--picture docs/pictures/density_$${map}_t$$t.png > /dev/null || exit 1; done; done
	$(BIN)/sacrofix laws --picture docs/pictures/laws.png

setup: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml .ci/system-packages
	PYTHON=$(PYTHON) sh .ci/system-packages
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

clean:
	rm -rf $(VENV) results build *.egg-info
	find benchmarks cases fem geometry materials tests -name __pycache__ -prune -exec rm -rf {} +
