-- Who else issues tokens for a tenant. Issuer and audience of a token name one row of the installation.
CREATE TABLE issuers (
  tenant     VARCHAR(63)              NOT NULL REFERENCES tenants (id),
  name       VARCHAR(63)              NOT NULL,
  issuer     VARCHAR(500)             NOT NULL,
  jwks       VARCHAR(500)             NOT NULL,
  audience   VARCHAR(200)             NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (tenant, name),
  CONSTRAINT issuers_by_audience UNIQUE (issuer, audience)
);

-- Which role a claim's value gives; in the order in which they were given.
CREATE TABLE issuer_roles (
  tenant   VARCHAR(63)  NOT NULL,
  issuer   VARCHAR(63)  NOT NULL,
  position INTEGER      NOT NULL,
  claim    VARCHAR(200) NOT NULL,
  expected VARCHAR(200) NOT NULL,
  role     VARCHAR(20)  NOT NULL,
  PRIMARY KEY (tenant, issuer, position),
  FOREIGN KEY (tenant, issuer) REFERENCES issuers (tenant, name) ON DELETE CASCADE
);
