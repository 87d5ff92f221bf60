-- Until when no function is added to a tenant that is being deleted; NULL for others.
ALTER TABLE tenant_locks ADD COLUMN closed_until TIMESTAMP WITH TIME ZONE;
