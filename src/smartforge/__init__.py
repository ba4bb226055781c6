"""Smart Forge: one prompt becomes a proven REST API, live."""

__version__ = "0.1.0"
