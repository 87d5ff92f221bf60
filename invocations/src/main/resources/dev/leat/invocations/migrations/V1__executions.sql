-- What happened lately: written in batches, removed after a time. The table may be there already: it was the registry's.
CREATE TABLE IF NOT EXISTS executions (
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
CREATE INDEX IF NOT EXISTS executions_by_tenant ON executions (tenant, id);
CREATE INDEX IF NOT EXISTS executions_by_age ON executions (ended_at);
-- What initialising the instance used, where the invocation waited for it.
ALTER TABLE executions ADD COLUMN IF NOT EXISTS init_fuel BIGINT DEFAULT 0 NOT NULL;
-- H2 writes to its file each time that it takes the next ids from a sequence: it takes many. PostgreSQL's sessions each
-- keep the ids that they took, and ids must grow with time whichever session writes: there it takes one.
ALTER TABLE executions ALTER COLUMN id SET CACHE ${execution_ids_taken_at_once};
