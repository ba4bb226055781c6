"""Where runs execute: started, queued, cancelled, and ended honestly after a crash."""
