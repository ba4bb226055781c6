"""Defects planted into generated projects: each is caught, and its file and line are named."""
