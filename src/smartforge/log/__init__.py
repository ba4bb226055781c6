"""The durable, ordered record of every project: append, read, follow."""
