-- Names that callers gave requests are each caller's own. A table anew, since H2 and PostgreSQL change a primary key in different words.
-- Rows without a caller are from before, or of nodes that are still to be replaced: they are found for whoever asks, are not counted, and
-- gone after a day.
ALTER TABLE idempotency_keys RENAME TO idempotency_keys_of_all;
DROP INDEX idempotency_keys_by_age;
CREATE TABLE idempotency_keys (
  tenant     VARCHAR(63)              NOT NULL,
  function   VARCHAR(63)              NOT NULL,
  caller     VARCHAR(200) DEFAULT ''  NOT NULL, -- whose key it is
  name       VARCHAR(255)             NOT NULL,
  request    CHAR(64)                 NOT NULL,
  id         VARCHAR(40)              NOT NULL,
  keep_until TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, function, caller, name)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (keep_until);
INSERT INTO idempotency_keys (tenant, function, name, request, id, keep_until)
  SELECT tenant, function, name, request, id, keep_until FROM idempotency_keys_of_all;
DROP TABLE idempotency_keys_of_all;

-- How many a tenant has, and how many of these are of callers without a token.
ALTER TABLE async_counts ADD COLUMN accepted_keys BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE async_counts ADD COLUMN accepted_keys_anonymous BIGINT DEFAULT 0 NOT NULL;
