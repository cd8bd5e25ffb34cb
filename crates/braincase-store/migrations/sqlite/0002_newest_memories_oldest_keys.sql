-- The newest memories of one kind, however many there are.
CREATE INDEX project_memory_newest ON project_memory (tenant_id, project_id, kind, updated_at, key);
-- Keys expire whosever they are, so this list spans tenants.
CREATE INDEX idempotency_oldest ON idempotency (created_at);
