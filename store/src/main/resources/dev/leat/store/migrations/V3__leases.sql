-- Who may do what is done once in a cluster. A released lease has the holder '' and stays, as does one that lapsed.
-- Fencing numbers of all leases come from one sequence, so that they rise even when a row was deleted between.
CREATE SEQUENCE lease_fences;

CREATE TABLE leases (
  name       VARCHAR(100)             PRIMARY KEY,
  holder     VARCHAR(100)             NOT NULL,
  fence      BIGINT                   NOT NULL,
  held_until TIMESTAMP WITH TIME ZONE NOT NULL
);
