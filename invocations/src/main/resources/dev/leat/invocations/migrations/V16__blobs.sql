-- Large bodies that are in the blob store, and not in async_bodies. A row is there before its blob is put, until after
-- that is deleted; so there is no blob that nobody knows.
CREATE TABLE async_blobs (
  name       VARCHAR(32) NOT NULL PRIMARY KEY,
  tenant     VARCHAR(63) NOT NULL,
  id         VARCHAR(40) NOT NULL, -- of whose body it is; '' until that is written
  kind       VARCHAR(1)  NOT NULL, -- i, r; '' until it is somebody's; d: it could not be deleted at once
  digest     CHAR(64)    NOT NULL,
  place      VARCHAR(600) NOT NULL,
  discard_at TIMESTAMP WITH TIME ZONE -- NULL while it is somebody's
);
CREATE INDEX async_blobs_by_owner ON async_blobs (tenant, id, kind);
CREATE INDEX async_blobs_by_end ON async_blobs (place, discard_at);
