-- The format of the cluster's tables and of what its nodes send to each other: one row.
CREATE TABLE cluster_format (
  number INT NOT NULL
);
INSERT INTO cluster_format (number) VALUES (1);

-- The nodes of the cluster, as they say themselves; whether one lives is said by its lease 'node/<name>'.
CREATE TABLE nodes (
  name         VARCHAR(63)  PRIMARY KEY,
  incarnation  BIGINT       NOT NULL,
  roles        VARCHAR(250) NOT NULL,
  address      VARCHAR(300) NOT NULL,
  cluster_host VARCHAR(253) NOT NULL,
  cluster_port INT          NOT NULL,
  member_port  INT          NOT NULL,
  version      VARCHAR(100) NOT NULL,
  state        VARCHAR(20)  NOT NULL,
  skew_millis  BIGINT       NOT NULL
);
