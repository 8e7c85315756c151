"""What the work costs beside what others pay for it: `python -m tests.bench [ROW...]`, `make bench`."""
