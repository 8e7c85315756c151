"""gRPC: how operators and labs talk to the controller."""
