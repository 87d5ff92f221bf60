-- The databases that operators let tenants' functions reach. The password is encrypted, bound to tenant, name and url.
CREATE TABLE connections (
  tenant     VARCHAR(63)              NOT NULL,
  name       VARCHAR(63)              NOT NULL,
  url        VARCHAR(500)             NOT NULL,
  login      VARCHAR(100)             NOT NULL,
  password   BYTEA                    NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  created_by VARCHAR(8192)            NOT NULL,
  PRIMARY KEY (tenant, name)
);
