-- The table of modules made anew, since its unnamed constraint cannot be dropped on both databases: a tenant's module is its own, or
-- was installed from a publisher. look: the name without what is taken for something else (NameLook).
CREATE TABLE modules_of_publishers (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant       VARCHAR(63)              NOT NULL,
  publisher    VARCHAR(63)              NOT NULL,
  name         VARCHAR(63)              NOT NULL,
  version      VARCHAR(64)              NOT NULL,
  digest       VARCHAR(71)              NOT NULL,
  size_bytes   BIGINT                   NOT NULL,
  key_id       VARCHAR(100)             NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE NOT NULL,
  look         VARCHAR(63)              NOT NULL,
  CONSTRAINT modules_by_name UNIQUE (tenant, publisher, name, version)
);
INSERT INTO modules_of_publishers
  (tenant, publisher, name, version, digest, size_bytes, key_id, published_at, look)
SELECT tenant, tenant, name, version, digest, size_bytes, key_id, published_at,
  REPLACE(REPLACE(REPLACE(REPLACE(name, '-', ''), '0', 'o'), '1', 'l'), 'i', 'l')
FROM modules ORDER BY id;
DROP TABLE modules;
ALTER TABLE modules_of_publishers RENAME TO modules;
CREATE INDEX modules_by_digest ON modules (digest, tenant);
CREATE INDEX modules_by_age ON modules (tenant, id);
CREATE INDEX modules_by_look ON modules (look, tenant);

-- Who may find and install a module besides its publisher: a tenant, or '*' for all.
CREATE TABLE module_offers (
  audience  VARCHAR(63) NOT NULL,
  module_id BIGINT      NOT NULL,
  PRIMARY KEY (audience, module_id),
  FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
);
CREATE INDEX module_offers_by_module ON module_offers (module_id);
