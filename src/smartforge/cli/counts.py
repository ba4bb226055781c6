"""Counts in words, as the terminal says them."""


def counted(number: int, noun: str) -> str:
    """`1 project`, `1,234 projects`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
