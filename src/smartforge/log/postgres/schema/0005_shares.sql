-- Links by which others may look at a project; of each its digest alone is kept.

CREATE TABLE smartforge.share (
    digest  text   COLLATE "C" PRIMARY KEY,     -- SHA-256 of the secret in the link, in hexadecimal
    project text   COLLATE "C" NOT NULL REFERENCES smartforge.project (id),
    created bigint NOT NULL,                    -- Unix milliseconds, as the next two
    expires bigint NOT NULL,
    revoked bigint
);

CREATE INDEX share_of_project ON smartforge.share (project, created);
