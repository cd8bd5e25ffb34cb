-- Failures of one kind. What somebody said of it (status) outlives the events.
CREATE TABLE error_issue (
    tenant_id   BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    fingerprint TEXT    NOT NULL CHECK (length(fingerprint) = 32),
    code        TEXT    NOT NULL,
    operation   TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('open', 'resolved', 'regressed')),
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    count       INTEGER NOT NULL CHECK (count >= 0),
    resolved_at INTEGER,
    PRIMARY KEY (tenant_id, fingerprint)
) STRICT;
-- Whoever runs the server looks at the issues of all tenants, and the bound is one for all.
CREATE INDEX error_issue_newest ON error_issue (last_seen, tenant_id, fingerprint);

-- Some failures of each kind, in full. Those of a project go with it.
CREATE TABLE error_event (
    tenant_id   BLOB    NOT NULL,
    fingerprint TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    project_id  BLOB,
    turn_id     BLOB,
    message     TEXT    NOT NULL,
    count       INTEGER NOT NULL CHECK (count >= 0),
    record      TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, fingerprint, at, id),
    FOREIGN KEY (tenant_id, fingerprint) REFERENCES error_issue (tenant_id, fingerprint) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX error_event_project ON error_event (tenant_id, project_id);

-- The bare ids of what was filed, also of what is kept no longer, so that nothing counts twice; seq says which is oldest.
CREATE TABLE error_filed (
    seq       INTEGER NOT NULL PRIMARY KEY,
    tenant_id BLOB    NOT NULL CHECK (length(tenant_id) = 16),
    id        BLOB    NOT NULL CHECK (length(id) = 16),
    UNIQUE (tenant_id, id)
) STRICT;
