-- Functions that are called at certain times.
CREATE TABLE schedules (
  tenant          VARCHAR(63)              NOT NULL,
  id              VARCHAR(63)              NOT NULL,
  function        VARCHAR(63)              NOT NULL,
  selector        VARCHAR(63)              NOT NULL, -- a version or alias; '': by traffic
  cron            VARCHAR(100)             NOT NULL,
  zone            VARCHAR(64)              NOT NULL,
  missed          VARCHAR(10)              NOT NULL,
  content_type    VARCHAR(200)             NOT NULL,
  data            BYTEA                    NOT NULL,
  paused          BOOLEAN                  NOT NULL,
  created_by      VARCHAR(200)             NOT NULL,
  created_at      TIMESTAMP WITH TIME ZONE NOT NULL,
  next_at         TIMESTAMP WITH TIME ZONE,          -- NULL: paused, or never again
  last_at         TIMESTAMP WITH TIME ZONE,
  last_end        VARCHAR(10)              NOT NULL, -- '': it has not fired yet
  last_reason     VARCHAR(500)             NOT NULL,
  last_invocation VARCHAR(40)              NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX schedules_due ON schedules (next_at, tenant, id);

-- Locked by who adds to a tenant's, so that two at once do not go beyond what it may have.
CREATE TABLE schedule_owners (
  tenant VARCHAR(63) PRIMARY KEY
);
