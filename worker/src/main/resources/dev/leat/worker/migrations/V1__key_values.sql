-- What functions keep between invocations. Keys are bytes, so that they are compared and ordered as bytes on every database.
CREATE TABLE key_values (
  tenant     VARCHAR(63) NOT NULL,
  namespace  VARCHAR(63) NOT NULL,
  item       BYTEA       NOT NULL,
  content    BYTEA       NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, namespace, item)
);
CREATE INDEX key_values_by_expiry ON key_values (expires_at);

-- How much of it each tenant has, written with each change: counting the rows would cost a reading of them.
CREATE TABLE key_value_use (
  tenant  VARCHAR(63) PRIMARY KEY,
  entries BIGINT      NOT NULL,
  bytes   BIGINT      NOT NULL
);
