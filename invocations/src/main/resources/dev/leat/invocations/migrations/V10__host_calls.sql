-- Nine powers of some 70 characters at the most; null where the host did nothing.
ALTER TABLE executions ADD COLUMN host_calls VARCHAR(1000);
