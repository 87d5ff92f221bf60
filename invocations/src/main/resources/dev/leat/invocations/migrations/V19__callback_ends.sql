-- What came of the last attempt to send a callback.
ALTER TABLE async_callbacks ADD COLUMN last_why VARCHAR(16) DEFAULT '' NOT NULL; -- why it waits; '': not tried yet
ALTER TABLE async_callbacks ADD COLUMN last_status INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE async_callbacks ADD COLUMN last_error VARCHAR(200) DEFAULT '' NOT NULL;

-- What became of a callback, kept with what its invocation came to.
ALTER TABLE async_results ADD COLUMN callback VARCHAR(2000) DEFAULT '' NOT NULL; -- '': none
ALTER TABLE async_results ADD COLUMN callback_state VARCHAR(10) DEFAULT '' NOT NULL; -- '': it is still to be sent
ALTER TABLE async_results ADD COLUMN callback_attempts INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE async_results ADD COLUMN callback_status INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE async_results ADD COLUMN callback_error VARCHAR(200) DEFAULT '' NOT NULL;
ALTER TABLE dead_letters ADD COLUMN callback_state VARCHAR(10) DEFAULT '' NOT NULL;
ALTER TABLE dead_letters ADD COLUMN callback_attempts INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE dead_letters ADD COLUMN callback_status INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE dead_letters ADD COLUMN callback_error VARCHAR(200) DEFAULT '' NOT NULL;
