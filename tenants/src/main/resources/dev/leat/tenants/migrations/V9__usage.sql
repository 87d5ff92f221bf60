-- What a writer (a start of a node) counted of one ending of a function in one minute; later what all writers counted in
-- an hour, and in a day (span, in minutes). start_minute counts from 1970. The ending 'charged' is no invocation, but what
-- the node charged to hourly balances, which others look for by charged_at; 'stored' what the tenant has stored.
CREATE TABLE usage_rows (
  tenant           VARCHAR(63) NOT NULL,
  start_minute     BIGINT      NOT NULL,
  span             INTEGER     NOT NULL,
  function         VARCHAR(63) NOT NULL,
  what             VARCHAR(32) NOT NULL,
  writer           VARCHAR(64) NOT NULL,
  invocations      BIGINT      NOT NULL,
  fuel             BIGINT      NOT NULL,
  init_fuel        BIGINT      NOT NULL,
  cpu_nanos        BIGINT      NOT NULL,
  memory_kb_millis BIGINT      NOT NULL,
  bytes_in         BIGINT      NOT NULL,
  bytes_out        BIGINT      NOT NULL,
  outbound_calls   BIGINT      NOT NULL,
  stored_bytes     BIGINT      NOT NULL,
  charged_at       TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (tenant, start_minute, span, function, what, writer)
);
CREATE INDEX usage_rows_by_age ON usage_rows (span, start_minute);
CREATE INDEX usage_rows_by_charge ON usage_rows (charged_at);
