"""Follow-ups said to whole projects, over the terminal and the API: what was there holds."""
