-- Modules' bytes (format 'wasm') and what was compiled of them (a format for each compiler), in chunks of 1 MiB.
CREATE TABLE module_chunks (
  digest   VARCHAR(71)              NOT NULL,
  format   VARCHAR(100)             NOT NULL,
  number   INTEGER                  NOT NULL,
  bytes    BYTEA                    NOT NULL,
  saved_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (digest, format, number)
);

-- Authenticates compiled classes: who has it can make a node run any class. One row.
CREATE TABLE class_key (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  secret BYTEA NOT NULL
);
