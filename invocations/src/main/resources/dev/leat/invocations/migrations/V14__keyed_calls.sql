-- Calls that somebody waited for and named by a key: what they were answered, for whoever sends them again.
CREATE TABLE keyed_calls (
  tenant        VARCHAR(63)              NOT NULL,
  function      VARCHAR(63)              NOT NULL,
  caller        VARCHAR(200)             NOT NULL, -- whose key it is; '' for callers without a token
  name          VARCHAR(255)             NOT NULL,
  request       CHAR(64)                 NOT NULL,
  id            VARCHAR(40)              NOT NULL,
  pending_until TIMESTAMP WITH TIME ZONE,          -- NULL: it was answered
  keep_until    TIMESTAMP WITH TIME ZONE NOT NULL,
  status        INTEGER                  NOT NULL, -- 0: by a problem
  problem       VARCHAR(64)              NOT NULL,
  detail        VARCHAR(2000)            NOT NULL,
  head          BYTEA                    NOT NULL,
  body          BYTEA,                             -- NULL: in async_bodies
  body_bytes    BIGINT                   NOT NULL,
  PRIMARY KEY (tenant, function, caller, name)
);
CREATE INDEX keyed_calls_by_age ON keyed_calls (keep_until);

-- How many a tenant has of these, and what they hold.
ALTER TABLE async_counts ADD COLUMN keyed BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE async_counts ADD COLUMN keyed_bytes BIGINT DEFAULT 0 NOT NULL;
