"""Private emulated networks, traffic and faults: where a promise is tried with packets before it is believed."""
