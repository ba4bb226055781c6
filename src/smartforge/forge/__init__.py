"""The work of a run: plan, write, check, in this order; `run` appends what the steps yield."""
