-- Projects, their events, the keys of appends, and content by its hash.

PRAGMA application_id = 1399670375; -- "SmFg"

CREATE TABLE project (
    number   INTEGER PRIMARY KEY,   -- the order of creation
    id       TEXT    NOT NULL UNIQUE,
    created  INTEGER NOT NULL,      -- Unix milliseconds
    ts       INTEGER NOT NULL,      -- of the newest event, Unix milliseconds
    next_seq INTEGER NOT NULL,      -- the seq that the next event gets
    epoch    INTEGER NOT NULL,      -- the fence
    title    TEXT    NOT NULL,
    status   TEXT    NOT NULL,
    run      TEXT,                  -- the run that is on, or the last one that was
    waiting  TEXT    NOT NULL,      -- the runs queued, oldest first: JSON [[run, message], ...]
    deleted  INTEGER NOT NULL       -- 0 or 1
) STRICT;

CREATE TABLE event (
    project TEXT    NOT NULL REFERENCES project (id),
    seq     INTEGER NOT NULL,
    type    TEXT    NOT NULL,
    data    BLOB    NOT NULL,       -- the event as every viewer gets it: JSON in UTF-8
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE append_key (
    project TEXT    NOT NULL REFERENCES project (id),
    key     TEXT    NOT NULL,
    last    INTEGER NOT NULL,       -- what the first append with this key returned
    PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (
    sha256  TEXT PRIMARY KEY NOT NULL,
    content BLOB NOT NULL
) STRICT;
