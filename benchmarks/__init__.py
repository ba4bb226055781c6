"""Measurements, each one command: `make bench NAME=first`."""
