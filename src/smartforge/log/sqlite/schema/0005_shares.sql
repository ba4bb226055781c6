-- Links by which others may look at a project; of each its digest alone is kept.

CREATE TABLE share (
    digest  TEXT    PRIMARY KEY NOT NULL,   -- SHA-256 of the secret in the link, in hexadecimal
    project TEXT    NOT NULL REFERENCES project (id),
    created INTEGER NOT NULL,               -- Unix milliseconds, as the next two
    expires INTEGER NOT NULL,
    revoked INTEGER
) STRICT;

CREATE INDEX share_of_project ON share (project, created);
