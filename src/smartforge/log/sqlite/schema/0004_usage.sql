-- What calls of models have cost is summed by the day: those events are found without reading all.

CREATE INDEX event_usage ON event (project, seq) WHERE type = 'usage';
