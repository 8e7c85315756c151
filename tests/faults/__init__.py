"""Which faults the controller is to survive, which tests say that it does, and how often they did: `make faults`."""
