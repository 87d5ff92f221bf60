-- Invocations that were accepted and have not ended.
CREATE TABLE async_queue (
  tenant      VARCHAR(63)              NOT NULL,
  id          VARCHAR(40)              NOT NULL, -- of the platform's making, growing with time
  function    VARCHAR(63)              NOT NULL,
  version     INTEGER                  NOT NULL,
  module      VARCHAR(71)              NOT NULL,
  owner       BIGINT                   NOT NULL, -- the fencing number of who has it; 0 for nobody
  due_at      TIMESTAMP WITH TIME ZONE NOT NULL,
  accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at  TIMESTAMP WITH TIME ZONE NOT NULL, -- no attempt begins after it
  attempts    INTEGER                  NOT NULL,
  cancelling  BOOLEAN                  NOT NULL,
  ending      VARCHAR(32)              NOT NULL, -- of the last attempt
  reason      VARCHAR(500)             NOT NULL,
  caller      VARCHAR(200)             NOT NULL,
  callback    VARCHAR(2000)            NOT NULL,
  depth       INTEGER                  NOT NULL,
  head        BYTEA                    NOT NULL,
  body        BYTEA,                             -- NULL: in async_bodies
  body_bytes  BIGINT                   NOT NULL,
  PRIMARY KEY (tenant, id)
) ${queue_storage};
-- Whose turn it is, what a node has, and what is due: the same index.
CREATE INDEX async_queue_turns ON async_queue (owner, tenant, due_at, id);

-- What answered, or was given up by its caller.
CREATE TABLE async_results (
  tenant      VARCHAR(63)              NOT NULL,
  id          VARCHAR(40)              NOT NULL,
  function    VARCHAR(63)              NOT NULL,
  version     INTEGER                  NOT NULL,
  module      VARCHAR(71)              NOT NULL,
  caller      VARCHAR(200)             NOT NULL,
  state       VARCHAR(10)              NOT NULL,
  attempts    INTEGER                  NOT NULL,
  accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at    TIMESTAMP WITH TIME ZONE NOT NULL,
  keep_until  TIMESTAMP WITH TIME ZONE NOT NULL,
  ending      VARCHAR(32)              NOT NULL,
  status      INTEGER                  NOT NULL,
  head        BYTEA                    NOT NULL,
  body        BYTEA,                             -- NULL: in async_bodies
  body_bytes  BIGINT                   NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX async_results_by_age ON async_results (keep_until);

-- What was given up by the platform, with what it was called with.
CREATE TABLE dead_letters (
  tenant      VARCHAR(63)              NOT NULL,
  id          VARCHAR(40)              NOT NULL,
  function    VARCHAR(63)              NOT NULL,
  version     INTEGER                  NOT NULL,
  module      VARCHAR(71)              NOT NULL,
  caller      VARCHAR(200)             NOT NULL,
  state       VARCHAR(10)              NOT NULL,
  attempts    INTEGER                  NOT NULL,
  accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at    TIMESTAMP WITH TIME ZONE NOT NULL,
  keep_until  TIMESTAMP WITH TIME ZONE NOT NULL,
  ending      VARCHAR(32)              NOT NULL,
  reason      VARCHAR(500)             NOT NULL,
  fuel        BIGINT                   NOT NULL,
  callback    VARCHAR(2000)            NOT NULL,
  depth       INTEGER                  NOT NULL,
  head        BYTEA                    NOT NULL,
  body        BYTEA,                             -- NULL: in async_bodies
  body_bytes  BIGINT                   NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX dead_letters_by_end ON dead_letters (tenant, ended_at, id);
CREATE INDEX dead_letters_by_age ON dead_letters (keep_until);

-- Large bodies, in pieces: of what they were called with (i), of answers (r).
CREATE TABLE async_bodies (
  tenant VARCHAR(63) NOT NULL,
  id     VARCHAR(40) NOT NULL,
  kind   CHAR(1)     NOT NULL,
  number INTEGER     NOT NULL,
  bytes  BYTEA       NOT NULL,
  PRIMARY KEY (tenant, id, kind, number)
);

-- What was kept once: for a day, so that "gone" can be told from "never was".
CREATE TABLE async_gone (
  tenant     VARCHAR(63)              NOT NULL,
  id         VARCHAR(40)              NOT NULL,
  keep_until TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX async_gone_by_age ON async_gone (keep_until);

-- How many were accepted and have ended, and what bodies hold. The rows of a tenant are added up; several, so that
-- those who accept and those who settle do not wait for each other.
CREATE TABLE async_counts (
  tenant    VARCHAR(63) NOT NULL,
  slot      INTEGER     NOT NULL,
  accepted  BIGINT      NOT NULL,
  done      BIGINT      NOT NULL,
  failed    BIGINT      NOT NULL,
  dead      BIGINT      NOT NULL,
  cancelled BIGINT      NOT NULL,
  bytes     BIGINT      NOT NULL,
  PRIMARY KEY (tenant, slot)
);

-- Requests by the names that callers gave them.
CREATE TABLE idempotency_keys (
  tenant     VARCHAR(63)              NOT NULL,
  function   VARCHAR(63)              NOT NULL,
  name       VARCHAR(255)             NOT NULL,
  request    CHAR(64)                 NOT NULL,
  id         VARCHAR(40)              NOT NULL,
  keep_until TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, function, name)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (keep_until);
