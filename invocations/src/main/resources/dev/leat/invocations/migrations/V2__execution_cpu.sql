-- What of the processor's time the guest used, and its initialisation where the invocation waited for it.
ALTER TABLE executions ADD COLUMN IF NOT EXISTS cpu_nanos BIGINT DEFAULT 0 NOT NULL;
