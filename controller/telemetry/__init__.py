"""From what switches count to what links and connections carry: pure, time is an argument (ns, monotonic)."""
