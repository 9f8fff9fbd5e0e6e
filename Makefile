# Thin calls of dev.py, which is what machines without make run: python3 dev.py demo
PYTHON ?= python3

.PHONY: demo test lint bench bench-large bench-compare unused-rows

demo test lint bench bench-large unused-rows:
	@$(PYTHON) dev.py $@

bench-compare:
	@$(PYTHON) dev.py $@ $(OLD) $(NEW)
