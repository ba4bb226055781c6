"""Chaos for runs: a real server that is killed, frozen and out of disk, and what is left of it."""
