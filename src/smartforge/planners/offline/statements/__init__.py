"""Sentences about people: who does what, who may, who logs in."""
