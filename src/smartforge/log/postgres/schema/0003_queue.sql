-- The queue of runs: the nodes that execute them, the runs that wait or are on, and who holds some back.
-- Nothing refers to smartforge.project: a ticket may outlive its project until a node drops it, and
-- queueing a run must not wait for those that append to the project.

CREATE TABLE smartforge.node (
    id       text        COLLATE "C" PRIMARY KEY,   -- of one membership; who joins again gets another
    name     text        NOT NULL,                  -- its host and process
    role     text        NOT NULL,
    version  text        NOT NULL,
    slots    integer     NOT NULL,                  -- how many runs it executes at once
    lock     bigint      NOT NULL,                  -- the advisory lock that it has while it is connected
    draining boolean     NOT NULL,
    started  timestamptz NOT NULL DEFAULT now(),
    seen     timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE smartforge.ticket (
    number   bigint GENERATED ALWAYS AS IDENTITY,   -- the order of asking
    run      text   COLLATE "C" PRIMARY KEY,
    project  text   COLLATE "C" NOT NULL,
    seq      bigint NOT NULL,                       -- of its run:queued
    "user"   text   COLLATE "C" NOT NULL,
    workflow text   COLLATE "C" NOT NULL,
    queued   bigint NOT NULL,                       -- Unix milliseconds
    turn     bigint NOT NULL,                       -- users take turns: a user's runs have one after the other
    node     text   COLLATE "C",                    -- who executes it; nobody while it waits
    taken    bigint                                 -- Unix milliseconds
) WITH (fillfactor = 50);

CREATE INDEX ticket_of_project ON smartforge.ticket (project, seq);
CREATE INDEX ticket_taken      ON smartforge.ticket (node) WHERE node IS NOT NULL;
CREATE INDEX ticket_waiting    ON smartforge.ticket (number) WHERE node IS NULL;

CREATE TABLE smartforge.hold (
    project text COLLATE "C" PRIMARY KEY,           -- none of its runs is taken
    node    text COLLATE "C" NOT NULL REFERENCES smartforge.node (id) ON DELETE CASCADE
);
CREATE INDEX hold_of_node ON smartforge.hold (node);
