-- At most one row: the authority that signs the certificates of the cluster's nodes.
CREATE TABLE cluster_authority (
  purpose     VARCHAR(20)              PRIMARY KEY,
  certificate VARCHAR(4000)            NOT NULL,
  private_key VARCHAR(1000)            NOT NULL,
  created_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
