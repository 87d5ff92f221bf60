-- What initialising the instance used, where the invocation waited for it.
ALTER TABLE executions ADD COLUMN init_fuel BIGINT DEFAULT 0 NOT NULL;
