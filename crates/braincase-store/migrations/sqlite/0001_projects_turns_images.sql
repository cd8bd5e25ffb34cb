-- Ids are the 16 bytes of a UUID, hashes the 32 bytes of BLAKE3, times are microseconds in UTC, documents are JSON as text.
-- Every key leads with tenant_id. Everything below a project goes when the project goes.

CREATE TABLE project (
    tenant_id   BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    name        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    event_seq   INTEGER NOT NULL DEFAULT 0, -- the number of the project's last event
    message_seq INTEGER NOT NULL DEFAULT 0, -- the number of the project's last message
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE scene (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    position   INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    spec       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (tenant_id, project_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX scene_storyboard ON scene (tenant_id, project_id, position, id) WHERE deleted_at IS NULL;

CREATE TABLE scene_iteration (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    scene_id   BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    spec       TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, project_id, scene_id, version),
    FOREIGN KEY (tenant_id, project_id, scene_id) REFERENCES scene (tenant_id, project_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE turn (
    tenant_id   BLOB    NOT NULL,
    project_id  BLOB    NOT NULL,
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    status      TEXT    NOT NULL,
    prompt      TEXT    NOT NULL,
    image_ids   TEXT    NOT NULL,
    scene_id    BLOB,
    outcome     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (tenant_id, project_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX turn_open ON turn (tenant_id, project_id, id) WHERE status = 'accepted';

CREATE TABLE turn_step (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    turn_id    BLOB    NOT NULL,
    idx        INTEGER NOT NULL,
    tool       TEXT    NOT NULL,
    arguments  TEXT    NOT NULL,
    result     TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, project_id, turn_id, idx),
    FOREIGN KEY (tenant_id, project_id, turn_id) REFERENCES turn (tenant_id, project_id, id) ON DELETE CASCADE
) STRICT;

-- Two messages of one millisecond have ids in no order, so the chat has numbers of its own.
CREATE TABLE message (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    seq        INTEGER NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    turn_id    BLOB    NOT NULL,
    role       TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    image_ids  TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, project_id, seq),
    UNIQUE (tenant_id, project_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE event (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    seq        INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    turn_id    BLOB,
    at         INTEGER NOT NULL,
    data       TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, project_id, seq),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE image (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    format     TEXT    NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('pending', 'ready', 'failed')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, project_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX image_newest ON image (tenant_id, project_id, created_at, id);
CREATE INDEX image_content ON image (tenant_id, hash);
-- The one list that spans tenants: what a restart takes up again.
CREATE INDEX image_pending ON image (created_at, tenant_id, id) WHERE status = 'pending';

-- What was found in some content; shared by all projects of the tenant that have it.
CREATE TABLE image_analysis (
    tenant_id  BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    facts      TEXT,
    error      TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, hash),
    CHECK ((facts IS NULL) <> (error IS NULL))
) STRICT;

CREATE TABLE project_memory (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    confidence REAL    NOT NULL,
    provenance TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, project_id, kind, key),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE idempotency (
    tenant_id  BLOB    NOT NULL,
    project_id BLOB    NOT NULL,
    key        TEXT    NOT NULL,
    request    BLOB    NOT NULL CHECK (length(request) = 32),
    turn_id    BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, project_id, key),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;

-- Written by the readiness check, which must find out whether writing works.
CREATE TABLE probe (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    checks INTEGER NOT NULL
) STRICT;
INSERT INTO probe (id, checks) VALUES (1, 0);
