-- Who called, and which module ran; empty of those from before.
ALTER TABLE executions ADD COLUMN IF NOT EXISTS caller VARCHAR(200) DEFAULT '' NOT NULL;
ALTER TABLE executions ADD COLUMN IF NOT EXISTS module VARCHAR(71) DEFAULT '' NOT NULL;
CREATE INDEX IF NOT EXISTS executions_by_invocation ON executions (tenant, invocation);

-- What guests wrote to their logs lately: written in batches, removed after a time.
CREATE TABLE guest_log (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         TIMESTAMP WITH TIME ZONE NOT NULL,
  tenant     VARCHAR(63)              NOT NULL,
  function   VARCHAR(63)              NOT NULL,
  version    INTEGER                  NOT NULL,
  invocation VARCHAR(128)             NOT NULL,
  level      VARCHAR(8)               NOT NULL,
  text       VARCHAR                  NOT NULL
);
CREATE INDEX guest_log_by_tenant ON guest_log (tenant, id);
CREATE INDEX guest_log_by_invocation ON guest_log (tenant, invocation, id);
CREATE INDEX guest_log_by_age ON guest_log (at);
ALTER TABLE guest_log ALTER COLUMN id SET CACHE ${execution_ids_taken_at_once};

-- Locked by the node that writes lines, so that ids can be read in their order.
CREATE TABLE guest_log_turn (id INT PRIMARY KEY);
INSERT INTO guest_log_turn (id) VALUES (1);
