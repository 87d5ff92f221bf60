CREATE TABLE tenants (
  id         VARCHAR(63) PRIMARY KEY,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE quotas (
  tenant VARCHAR(63) NOT NULL REFERENCES tenants (id),
  name   VARCHAR(63) NOT NULL,
  amount BIGINT      NOT NULL,
  PRIMARY KEY (tenant, name)
);

-- The platform's own tokens have the tenant ''.
CREATE TABLE tokens (
  id         VARCHAR(36)              PRIMARY KEY,
  tenant     VARCHAR(63)              NOT NULL,
  subject    VARCHAR(200)             NOT NULL,
  roles      VARCHAR(100)             NOT NULL,
  issued_at  TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX tokens_by_tenant ON tokens (tenant, issued_at);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- Outlives the tenant, whose name may be given to another.
CREATE TABLE revoked_tokens (
  id         VARCHAR(36)              PRIMARY KEY,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

CREATE TABLE signing_keys (
  purpose     VARCHAR(20)              PRIMARY KEY,
  kid         VARCHAR(64)              NOT NULL,
  public_key  VARCHAR(64)              NOT NULL,
  private_key VARCHAR(64)              NOT NULL,
  created_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
