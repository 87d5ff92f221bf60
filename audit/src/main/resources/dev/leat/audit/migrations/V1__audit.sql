-- What was recorded with its change and has no place in the chain yet.
CREATE TABLE audit_pending (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         TIMESTAMP WITH TIME ZONE NOT NULL,
  tenant     VARCHAR(63),
  actor      VARCHAR                  NOT NULL,
  action     VARCHAR                  NOT NULL,
  resource   VARCHAR                  NOT NULL,
  allowed    BOOLEAN                  NOT NULL,
  details    VARCHAR                  NOT NULL,
  request_id VARCHAR                  NOT NULL
);

-- The chain.
CREATE TABLE audit_log (
  seq        BIGINT PRIMARY KEY,
  at         TIMESTAMP WITH TIME ZONE NOT NULL,
  tenant     VARCHAR(63),
  actor      VARCHAR                  NOT NULL,
  action     VARCHAR                  NOT NULL,
  resource   VARCHAR                  NOT NULL,
  allowed    BOOLEAN                  NOT NULL,
  details    VARCHAR                  NOT NULL,
  request_id VARCHAR                  NOT NULL,
  previous   VARCHAR(64)              NOT NULL,
  hash       VARCHAR(64)              NOT NULL
);
CREATE INDEX audit_log_by_tenant ON audit_log (tenant, seq);

-- Its end: one row, locked by whoever adds to the chain.
CREATE TABLE audit_head (
  id   INT PRIMARY KEY,
  seq  BIGINT      NOT NULL,
  hash VARCHAR(64) NOT NULL
);
INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_checkpoints (
  seq        BIGINT PRIMARY KEY,
  at         TIMESTAMP WITH TIME ZONE NOT NULL,
  hash       VARCHAR(64)              NOT NULL,
  kid        VARCHAR                  NOT NULL,
  public_key VARCHAR                  NOT NULL,
  signature  VARCHAR                  NOT NULL
);
