-- What happened lately: written in batches, removed after a time.
CREATE TABLE executions (
  id                BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invocation        VARCHAR(128)             NOT NULL,
  tenant            VARCHAR(63)              NOT NULL,
  function          VARCHAR(63)              NOT NULL,
  version           INTEGER                  NOT NULL,
  ended_at          TIMESTAMP WITH TIME ZONE NOT NULL,
  outcome           VARCHAR(32)              NOT NULL,
  error             VARCHAR(500)             NOT NULL,
  fuel              BIGINT                   NOT NULL,
  peak_memory_bytes BIGINT                   NOT NULL,
  acquire           VARCHAR(8)               NOT NULL,
  queue_nanos       BIGINT                   NOT NULL,
  acquire_nanos     BIGINT                   NOT NULL,
  exec_nanos        BIGINT                   NOT NULL
);
CREATE INDEX executions_by_tenant ON executions (tenant, id);
CREATE INDEX executions_by_age ON executions (ended_at);
