"""Chaos for the stream: real nodes, real connections, and everything that can happen to both."""
