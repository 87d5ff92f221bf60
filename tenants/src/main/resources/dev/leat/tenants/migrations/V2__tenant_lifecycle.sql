-- How many tenants there are: its row is locked by whoever adds or deletes one.
CREATE TABLE tenant_count (
  total INTEGER NOT NULL
);
INSERT INTO tenant_count (total) SELECT COUNT(*) FROM tenants;

-- Locked while a tenant is made or deleted with all that it has in other rooms, on whichever node.
CREATE TABLE tenant_lifecycle_lock (
  id INTEGER PRIMARY KEY
);
INSERT INTO tenant_lifecycle_lock (id) VALUES (1);
