-- What invocations came to and their callers are still to be sent.
CREATE TABLE async_callbacks (
  tenant        VARCHAR(63)              NOT NULL,
  id            VARCHAR(40)              NOT NULL, -- of the invocation
  function      VARCHAR(63)              NOT NULL,
  version       INTEGER                  NOT NULL,
  module        VARCHAR(71)              NOT NULL,
  url           VARCHAR(2000)            NOT NULL,
  state         VARCHAR(10)              NOT NULL,
  status        INTEGER                  NOT NULL,
  of_invocation INTEGER                  NOT NULL, -- its attempts
  ending        VARCHAR(32)              NOT NULL,
  reason        VARCHAR(500)             NOT NULL,
  attempts      INTEGER                  NOT NULL,
  due_at        TIMESTAMP WITH TIME ZONE NOT NULL,
  give_up_at    TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX async_callbacks_due ON async_callbacks (tenant, due_at, id);

-- Callbacks of a tenant that are awaited, or to be sent.
ALTER TABLE async_counts ADD COLUMN callbacks BIGINT DEFAULT 0 NOT NULL;
