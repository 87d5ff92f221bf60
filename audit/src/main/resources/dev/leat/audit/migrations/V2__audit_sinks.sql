-- The last record that each place outside has taken.
CREATE TABLE audit_sinks (
  name VARCHAR(100) PRIMARY KEY,
  seq  BIGINT NOT NULL
);
