-- 10,000 tenants, each with three quotas, a token and an issuer of one rule, for a stopped node's database.
INSERT INTO tenants (id, created_at, state) SELECT 'tenant-' || n, CURRENT_TIMESTAMP, 'active' FROM SYSTEM_RANGE(1, 10000) AS s(n);
UPDATE tenant_count SET total = (SELECT COUNT(*) FROM tenants);
INSERT INTO quotas (tenant, name, amount) SELECT 'tenant-' || n, 'requests-per-second', 100 FROM SYSTEM_RANGE(1, 10000) AS s(n);
INSERT INTO quotas (tenant, name, amount) SELECT 'tenant-' || n, 'concurrency', 16 FROM SYSTEM_RANGE(1, 10000) AS s(n);
INSERT INTO quotas (tenant, name, amount) SELECT 'tenant-' || n, 'memory-max-mb', 128 FROM SYSTEM_RANGE(1, 10000) AS s(n);
INSERT INTO tokens (id, tenant, subject, roles, issued_at, expires_at, functions) SELECT RANDOM_UUID(), 'tenant-' || n, 'ci', 'developer', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP + INTERVAL '30' DAY, '' FROM SYSTEM_RANGE(1, 10000) AS s(n);
INSERT INTO issuers (tenant, name, issuer, jwks, audience, created_at) SELECT 'tenant-' || n, 'corp', 'https://id.example.com/' || n, 'https://id.example.com/' || n || '/jwks', 'leat-' || n, CURRENT_TIMESTAMP FROM SYSTEM_RANGE(1, 10000) AS s(n);
INSERT INTO issuer_roles (tenant, issuer, position, claim, expected, role) SELECT 'tenant-' || n, 'corp', 0, 'groups', 'staff', 'developer' FROM SYSTEM_RANGE(1, 10000) AS s(n);
