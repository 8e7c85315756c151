"""The inside of `sandbox.call`: reads a function and its arguments from a descriptor, leaves the outcome in its place."""

import os
import pickle
import sys
import traceback


def main(descriptor: int) -> None:
    """Run the pickled call in the file behind the descriptor and write (value, None) or (None, traceback) over it."""
    with os.fdopen(descriptor, "r+b") as exchange:
        exchange.seek(0)
        outcome = _outcome(exchange.read())
        exchange.seek(0)
        exchange.truncate()
        exchange.write(outcome)


def _outcome(request: bytes) -> bytes:
    try:
        function, arguments, named = pickle.loads(request)
        return pickle.dumps((function(*arguments, **named), None))
    except Exception:  # whatever it was, the one who called is told
        return pickle.dumps((None, traceback.format_exc()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
