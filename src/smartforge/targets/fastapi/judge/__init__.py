"""What the tests of a generated project ask of it: all from the contract, nothing from the code."""
