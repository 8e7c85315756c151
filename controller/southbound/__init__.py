"""The southbound: OpenFlow 1.3 towards the switches, frozen facts towards the loop."""
