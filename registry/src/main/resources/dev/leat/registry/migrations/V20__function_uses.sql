-- What a function asked of the host on a day (UTC), as JSON: 1,000 names of some 150 bytes at the most.
CREATE TABLE function_uses (
  tenant  VARCHAR(63)     NOT NULL,
  name    VARCHAR(63)     NOT NULL,
  used_on DATE            NOT NULL,
  uses    VARCHAR(1000000) NOT NULL,
  PRIMARY KEY (tenant, name, used_on)
);
