-- What tenants' functions are told and nobody else: encrypted, bound to tenant, name and version. key_id is the key that
-- content is under, which content names too; size_bytes is that of the value.
CREATE TABLE secrets (
  tenant     VARCHAR(63)              NOT NULL REFERENCES tenants (id),
  name       VARCHAR(63)              NOT NULL,
  version    BIGINT                   NOT NULL,
  content    BYTEA                    NOT NULL,
  key_id     VARCHAR(16)              NOT NULL,
  size_bytes INTEGER                  NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_by VARCHAR(200)             NOT NULL,
  PRIMARY KEY (tenant, name)
);
CREATE INDEX secrets_by_key ON secrets (key_id, tenant, name);

-- How much of it each tenant has: counting the rows would cost a reading of them. Written while the tenant's row is locked.
CREATE TABLE secret_use (
  tenant  VARCHAR(63) PRIMARY KEY,
  entries BIGINT      NOT NULL,
  bytes   BIGINT      NOT NULL
);

-- Keys are longer when they are encrypted.
ALTER TABLE token_keys ALTER COLUMN private_key SET DATA TYPE VARCHAR(400);
