-- Of single functions, within what their tenant may use. They stay when a function is deleted, and go with the tenant.
CREATE TABLE function_quotas (
  tenant   VARCHAR(63) NOT NULL REFERENCES tenants (id),
  function VARCHAR(63) NOT NULL,
  name     VARCHAR(63) NOT NULL,
  amount   BIGINT      NOT NULL,
  PRIMARY KEY (tenant, function, name)
);

-- What holds for a tenant that has no quota of its own of that name.
CREATE TABLE default_quotas (
  name   VARCHAR(63) PRIMARY KEY,
  amount BIGINT      NOT NULL
);

-- One row: whoever changes the default locks it.
CREATE TABLE default_quotas_lock (taken BIGINT NOT NULL);
INSERT INTO default_quotas_lock (taken) VALUES (0);
