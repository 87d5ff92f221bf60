-- Runs on H2 in PostgreSQL mode and on PostgreSQL.

CREATE TABLE publisher_keys (
  tenant     VARCHAR(63)              NOT NULL,
  kid        VARCHAR(100)             NOT NULL,
  name       VARCHAR(100)             NOT NULL,
  x          VARCHAR(43)              NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (tenant, kid)
);

-- The id gives the order of publication.
CREATE TABLE modules (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant       VARCHAR(63)              NOT NULL,
  name         VARCHAR(63)              NOT NULL,
  version      VARCHAR(64)              NOT NULL,
  digest       VARCHAR(71)              NOT NULL,
  size_bytes   BIGINT                   NOT NULL,
  key_id       VARCHAR(100)             NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE NOT NULL,
  UNIQUE (tenant, name, version)
);
CREATE INDEX modules_by_digest ON modules (digest, tenant);
CREATE INDEX modules_by_age ON modules (tenant, id);

-- Locked while the bytes of a digest are stored or deleted; a digest's lock is its last hex digit.
CREATE TABLE module_locks (
  digit CHAR(1) PRIMARY KEY
);
INSERT INTO module_locks (digit) VALUES
  ('0'), ('1'), ('2'), ('3'), ('4'), ('5'), ('6'), ('7'),
  ('8'), ('9'), ('a'), ('b'), ('c'), ('d'), ('e'), ('f');

-- A deleted function keeps its row, without a route, so that its version numbers are not used again.
CREATE TABLE functions (
  tenant       VARCHAR(63) NOT NULL,
  name         VARCHAR(63) NOT NULL,
  last_version INTEGER     NOT NULL,
  route_path   VARCHAR(200),
  PRIMARY KEY (tenant, name),
  UNIQUE (tenant, route_path)
);

CREATE TABLE function_versions (
  tenant     VARCHAR(63)              NOT NULL,
  name       VARCHAR(63)              NOT NULL,
  number     INTEGER                  NOT NULL,
  digest     VARCHAR(71)              NOT NULL,
  manifest   VARCHAR(1000000)         NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, name, number),
  FOREIGN KEY (tenant, name) REFERENCES functions (tenant, name)
);
CREATE INDEX function_versions_by_module ON function_versions (tenant, digest);

CREATE TABLE audit_records (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       TIMESTAMP WITH TIME ZONE NOT NULL,
  tenant   VARCHAR(63)              NOT NULL,
  actor    VARCHAR                  NOT NULL,
  action   VARCHAR                  NOT NULL,
  resource VARCHAR                  NOT NULL,
  allowed  BOOLEAN                  NOT NULL,
  detail   VARCHAR                  NOT NULL
);
CREATE INDEX audit_records_by_tenant ON audit_records (tenant, id);
