-- The key pair that signs tokens, whose verifies_until is null, and those that signed before it: of
-- these only the public part is kept.
CREATE TABLE token_keys (
  kid            VARCHAR(64)              PRIMARY KEY,
  public_key     VARCHAR(64)              NOT NULL,
  private_key    VARCHAR(64)              NOT NULL,
  created_at     TIMESTAMP WITH TIME ZONE NOT NULL,
  verifies_until TIMESTAMP WITH TIME ZONE
);
INSERT INTO token_keys (kid, public_key, private_key, created_at)
  SELECT kid, public_key, private_key, created_at FROM signing_keys;
DROP TABLE signing_keys;

-- Locked by whoever changes the keys or issues a token, on whichever node: so no token is signed by a
-- key that has been replaced.
CREATE TABLE token_keys_lock (
  id INTEGER PRIMARY KEY
);
INSERT INTO token_keys_lock (id) VALUES (1);
