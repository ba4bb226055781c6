-- When content was put last: what no event names is removed once it is old enough.

ALTER TABLE blob ADD COLUMN stored INTEGER NOT NULL DEFAULT 0; -- Unix milliseconds
