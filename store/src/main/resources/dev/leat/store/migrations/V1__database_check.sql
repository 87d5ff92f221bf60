-- Runs on H2 in PostgreSQL mode and on PostgreSQL. One row, written to see whether anything can be.
CREATE TABLE database_check (
  id         INTEGER                  PRIMARY KEY,
  written_at TIMESTAMP WITH TIME ZONE NOT NULL
);
INSERT INTO database_check (id, written_at) VALUES (1, CURRENT_TIMESTAMP);
