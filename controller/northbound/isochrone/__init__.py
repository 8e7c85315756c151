"""The protocol, a folder for each version; named as buf wants a package to lie."""
