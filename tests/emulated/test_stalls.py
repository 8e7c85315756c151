"""The watch that tells a machine which stands still from a network that is slow."""

import json
import signal
import subprocess
import sys
import time


def test_a_stall_is_seen_for_as_long_as_it_was():
    with subprocess.Popen([sys.executable, "-m", "labs.stalls"], stdout=subprocess.PIPE, text=True) as watch:
        time.sleep(1)
        watch.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        watch.send_signal(signal.SIGCONT)
        time.sleep(0.2)
        watch.send_signal(signal.SIGTERM)
        told = json.loads(watch.communicate(timeout=10)[0])
    assert 0.29e9 < told["longest_ns"] < 3e9
    assert told["share"] > 0.1
