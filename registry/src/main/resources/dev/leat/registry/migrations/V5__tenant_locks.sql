-- One row for each tenant that has added something: locked while what it has is counted and added to, so that no two
-- additions at once can take a tenant beyond its allowance, on whichever nodes they are.
CREATE TABLE tenant_locks (tenant VARCHAR(63) PRIMARY KEY);
