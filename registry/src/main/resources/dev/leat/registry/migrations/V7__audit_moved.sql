-- Audit records are a room of their own, whose tables are made before these.
INSERT INTO audit_pending (at, tenant, actor, action, resource, allowed, details, request_id)
SELECT at, tenant, actor, action, resource, allowed, detail, '' FROM audit_records ORDER BY id;
DROP TABLE audit_records;
