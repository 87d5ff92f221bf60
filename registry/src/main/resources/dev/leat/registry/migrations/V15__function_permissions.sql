-- What a function may ask of the host, whichever its version, as a JSON array; no row: whatever its manifest grants.
-- Stays when the function is deleted.
CREATE TABLE function_permissions (
  tenant      VARCHAR(63)              NOT NULL,
  name        VARCHAR(63)              NOT NULL,
  permissions VARCHAR(200000)          NOT NULL,
  changed_at  TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_by  VARCHAR                  NOT NULL,
  PRIMARY KEY (tenant, name)
);
