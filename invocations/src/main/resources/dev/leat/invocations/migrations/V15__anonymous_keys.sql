-- Of a tenant's calls with a key those whose callers have no token, and what they hold.
ALTER TABLE async_counts ADD COLUMN keyed_anonymous BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE async_counts ADD COLUMN keyed_anonymous_bytes BIGINT DEFAULT 0 NOT NULL;
