"""The profiles that come with Isochrone, one YAML document each; read by controller/shipped.py."""
