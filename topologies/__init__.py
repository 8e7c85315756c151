"""What the network is: switches, ports, links, hosts; how to read one, build one, and let Mininet make it real."""
