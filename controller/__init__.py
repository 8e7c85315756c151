"""Keeps the network as the intents want it: OpenFlow below, gRPC above, one loop that decides between them."""
