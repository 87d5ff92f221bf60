-- Tenants that were deleted and whose values in a Redis are still to be removed, as they are called there.
CREATE TABLE forgotten_tenants (
  owner VARCHAR(100) PRIMARY KEY,
  since TIMESTAMP WITH TIME ZONE NOT NULL
);
