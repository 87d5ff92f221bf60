-- From which level on lines of a function's log are kept; no row: all are.
CREATE TABLE function_log_levels (
  tenant VARCHAR(63) NOT NULL,
  name   VARCHAR(63) NOT NULL,
  level  VARCHAR(10) NOT NULL,
  PRIMARY KEY (tenant, name)
);
