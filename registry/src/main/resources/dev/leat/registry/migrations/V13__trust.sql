-- When a publisher's key may sign; NULL: no bound on that side.
ALTER TABLE publisher_keys ADD COLUMN valid_from TIMESTAMP WITH TIME ZONE;
ALTER TABLE publisher_keys ADD COLUMN valid_until TIMESTAMP WITH TIME ZONE;

-- What a tenant takes for a good module. No row: the default.
CREATE TABLE trust_policies (
  tenant             VARCHAR(63) PRIMARY KEY,
  requires_signature BOOLEAN     NOT NULL,
  trusts_any         BOOLEAN     NOT NULL,
  on_revoke          VARCHAR(20) NOT NULL
);
CREATE TABLE trusted_publishers (
  tenant    VARCHAR(63) NOT NULL,
  publisher VARCHAR(63) NOT NULL,
  PRIMARY KEY (tenant, publisher),
  FOREIGN KEY (tenant) REFERENCES trust_policies (tenant) ON DELETE CASCADE
);
CREATE INDEX trusted_publishers_by_publisher ON trusted_publishers (publisher);

-- Which keys vouch for a module that a tenant has. What becomes of a key is written here too, since its publisher may go.
-- is_orphan: the publisher is gone, so the key that another of that name registers is not this one; was_trusted: whether
-- the tenant trusted it when it went.
CREATE TABLE module_signatures (
  tenant      VARCHAR(63)              NOT NULL,
  digest      VARCHAR(71)              NOT NULL,
  publisher   VARCHAR(63)              NOT NULL,
  kid         VARCHAR(100)             NOT NULL,
  is_orphan   BOOLEAN                  NOT NULL DEFAULT FALSE,
  was_trusted BOOLEAN                  NOT NULL DEFAULT FALSE,
  signed_at   TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at  TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (tenant, digest, publisher, kid, is_orphan)
);
CREATE INDEX module_signatures_by_key ON module_signatures (publisher, kid);
CREATE INDEX module_signatures_by_revocation ON module_signatures (revoked_at, tenant, digest);

INSERT INTO module_signatures (tenant, digest, publisher, kid, signed_at, revoked_at)
SELECT m.tenant, m.digest, m.tenant, m.key_id, MIN(m.published_at), MIN(k.revoked_at)
FROM modules m LEFT JOIN publisher_keys k ON k.tenant = m.tenant AND k.kid = m.key_id
GROUP BY m.tenant, m.digest, m.key_id;
