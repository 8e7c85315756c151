"""One module a row (tests/bench/row.py)."""
