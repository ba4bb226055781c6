-- The newest folded state of each project: a cache, of which any row may be lost.

CREATE TABLE checkpoint (
    project TEXT    PRIMARY KEY NOT NULL REFERENCES project (id),
    seq     INTEGER NOT NULL,       -- the last event that the state holds
    shape   TEXT    NOT NULL,       -- how `data` is to be read
    data    BLOB    NOT NULL
) STRICT;
