"""Open vSwitch asked on its own machine what its tables do: an oracle beside the controller, which knows OpenFlow alone."""
