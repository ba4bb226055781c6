-- When content was put last: what no event names is removed once it is old enough.

ALTER TABLE smartforge.blob ADD COLUMN stored timestamptz NOT NULL DEFAULT now();
