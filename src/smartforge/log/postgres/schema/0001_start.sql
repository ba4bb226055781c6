-- Projects, their events, the keys of appends, content by its hash, folded states, and writers.

CREATE TABLE smartforge.project (
    number   bigint  GENERATED ALWAYS AS IDENTITY UNIQUE, -- the order of creation
    id       text    COLLATE "C" PRIMARY KEY,
    created  bigint  NOT NULL,      -- Unix milliseconds
    ts       bigint  NOT NULL,      -- of the newest event, Unix milliseconds
    next_seq bigint  NOT NULL,      -- the seq that the next event gets
    epoch    bigint  NOT NULL,      -- the fence
    headline json    NOT NULL,      -- title, status, run, the runs queued; text, since a title may hold \u0000
    deleted  boolean NOT NULL
) WITH (fillfactor = 50);           -- room for the next row versions: every append changes one

CREATE TABLE smartforge.event (
    project text   COLLATE "C" NOT NULL REFERENCES smartforge.project (id),
    seq     bigint NOT NULL,
    type    text   COLLATE "C" NOT NULL,
    data    bytea  NOT NULL,        -- the event as every viewer gets it: JSON in UTF-8
    PRIMARY KEY (project, seq)
);

CREATE TABLE smartforge.append_key (
    project text   COLLATE "C" NOT NULL REFERENCES smartforge.project (id),
    key     text   COLLATE "C" NOT NULL,
    last    bigint NOT NULL,        -- what the first append with this key returned
    PRIMARY KEY (project, key)
);

CREATE TABLE smartforge.blob (
    sha256  text  COLLATE "C" PRIMARY KEY,
    content bytea NOT NULL
);

CREATE TABLE smartforge.checkpoint (
    project text   COLLATE "C" PRIMARY KEY REFERENCES smartforge.project (id),
    seq     bigint NOT NULL,        -- the state is folded up to here
    shape   text   NOT NULL,        -- how the data is to be read
    data    bytea  NOT NULL
);

CREATE TABLE smartforge.writer (
    id    uuid        PRIMARY KEY,  -- one for each time that a node opens the log
    batch bigint      NOT NULL,     -- the last batch that it stored
    seen  timestamptz NOT NULL
) WITH (fillfactor = 50);
