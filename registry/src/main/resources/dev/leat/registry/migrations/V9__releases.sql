-- Who deployed a version, and what they said of it.
ALTER TABLE function_versions ADD COLUMN author VARCHAR NOT NULL DEFAULT '';
ALTER TABLE function_versions ADD COLUMN note VARCHAR(500) NOT NULL DEFAULT '';

-- Which versions answer calls that name none, as JSON; NULL: none do.
ALTER TABLE functions ADD COLUMN traffic VARCHAR(200000);
ALTER TABLE functions ADD COLUMN traffic_revision INTEGER NOT NULL DEFAULT 0;
UPDATE functions SET traffic_revision = 1, traffic = '{"slots":"' || CAST(last_version AS VARCHAR(10)) || ':10000"}'
WHERE route_path IS NOT NULL;

CREATE TABLE function_aliases (
  tenant     VARCHAR(63)              NOT NULL,
  name       VARCHAR(63)              NOT NULL,
  alias      VARCHAR(63)              NOT NULL,
  number     INTEGER                  NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_by VARCHAR                  NOT NULL,
  PRIMARY KEY (tenant, name, alias),
  FOREIGN KEY (tenant, name, number) REFERENCES function_versions (tenant, name, number)
);
