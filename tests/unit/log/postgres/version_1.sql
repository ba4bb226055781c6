-- A database as the first version left it, with two projects.

CREATE SCHEMA smartforge;
CREATE TABLE smartforge.version (number integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE smartforge.version IS 'Smart Forge';

CREATE TABLE smartforge.project (
    number   bigint  GENERATED ALWAYS AS IDENTITY UNIQUE,
    id       text    COLLATE "C" PRIMARY KEY,
    created  bigint  NOT NULL,
    ts       bigint  NOT NULL,
    next_seq bigint  NOT NULL,
    epoch    bigint  NOT NULL,
    headline json    NOT NULL,
    deleted  boolean NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE smartforge.event (
    project text   COLLATE "C" NOT NULL REFERENCES smartforge.project (id),
    seq     bigint NOT NULL,
    type    text   COLLATE "C" NOT NULL,
    data    bytea  NOT NULL,
    PRIMARY KEY (project, seq)
);

CREATE TABLE smartforge.append_key (
    project text   COLLATE "C" NOT NULL REFERENCES smartforge.project (id),
    key     text   COLLATE "C" NOT NULL,
    last    bigint NOT NULL,
    PRIMARY KEY (project, key)
);

CREATE TABLE smartforge.blob (
    sha256  text  COLLATE "C" PRIMARY KEY,
    content bytea NOT NULL
);

CREATE TABLE smartforge.checkpoint (
    project text   COLLATE "C" PRIMARY KEY REFERENCES smartforge.project (id),
    seq     bigint NOT NULL,
    shape   text   NOT NULL,
    data    bytea  NOT NULL
);

CREATE TABLE smartforge.writer (
    id    uuid        PRIMARY KEY,
    batch bigint      NOT NULL,
    seen  timestamptz NOT NULL
) WITH (fillfactor = 50);

INSERT INTO smartforge.version
    VALUES (1, '2026-01-01 00:00:00+00');
INSERT INTO smartforge.project OVERRIDING SYSTEM VALUE
    VALUES (1, 'first', 1700000000000, 1700000000000, 5, 1, '{"title":"Books","status":"planning","run":"r1","waiting":[],"deleted":false}', false);
INSERT INTO smartforge.project OVERRIDING SYSTEM VALUE
    VALUES (2, 'second', 1700000000000, 1700000000000, 3, 0, '{"title":"Books","status":"queued","run":null,"waiting":[],"deleted":true}', true);
INSERT INTO smartforge.event
    VALUES ('first', 1, 'project:created', convert_to($${"type":"project:created","projectId":"first","seq":1,"run":null,"ts":1700000000000,"title":"Books","prompt":"A book API","target":"fastapi","model":null,"planner":"auto","author":"auto"}$$, 'UTF8'));
INSERT INTO smartforge.event
    VALUES ('first', 2, 'run:queued', convert_to($${"type":"run:queued","projectId":"first","seq":2,"run":"r1","ts":1700000000000,"position":0,"trigger":"prompt","messageId":null}$$, 'UTF8'));
INSERT INTO smartforge.event
    VALUES ('first', 3, 'run:started', convert_to($${"type":"run:started","projectId":"first","seq":3,"run":"r1","ts":1700000000000,"trigger":"prompt","baseVersion":null,"messageId":null}$$, 'UTF8'));
INSERT INTO smartforge.event
    VALUES ('first', 4, 'code:chunk', convert_to($${"type":"code:chunk","projectId":"first","seq":4,"run":"r1","ts":1700000000000,"path":"app/main.py","attempt":1,"at":0,"text":"# Bücher\n"}$$, 'UTF8'));
INSERT INTO smartforge.event
    VALUES ('second', 1, 'project:created', convert_to($${"type":"project:created","projectId":"second","seq":1,"run":null,"ts":1700000000000,"title":"Books","prompt":"A book API","target":"fastapi","model":null,"planner":"auto","author":"auto"}$$, 'UTF8'));
INSERT INTO smartforge.event
    VALUES ('second', 2, 'project:deleted', convert_to($${"type":"project:deleted","projectId":"second","seq":2,"run":null,"ts":1700000000000}$$, 'UTF8'));
INSERT INTO smartforge.append_key
    VALUES ('first', 'start', 3);
INSERT INTO smartforge.blob
    VALUES ('5340b5c23a4c38ed6206528a6d6d2377c7295d5df15bfc1f47f9b4d32c0fb4dc', convert_to($$# Bücher$$ || chr(10), 'UTF8'));
INSERT INTO smartforge.writer
    VALUES ('c4037d96-99dc-4337-a9f7-3c25d418a711', 7, '2026-01-01 00:00:00+00');
SELECT setval('smartforge.project_number_seq', 2);
