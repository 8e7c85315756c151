"""Networks drawn as graphs (GML, GraphML, node-link JSON): each format to the same values, and those to a network."""
