-- The rollout of the canary that is under way; NULL: none is.
ALTER TABLE functions ADD COLUMN canary INTEGER;
CREATE INDEX functions_by_canary ON functions (canary);

-- What the calls of a function's last canary came to, as JSON, by start of a node.
CREATE TABLE canary_samples (
  tenant   VARCHAR(63)     NOT NULL,
  name     VARCHAR(63)     NOT NULL,
  rollout  INTEGER         NOT NULL,
  start_of VARCHAR(100)    NOT NULL,
  figures  VARCHAR(100000) NOT NULL,
  PRIMARY KEY (tenant, name, rollout, start_of)
);
