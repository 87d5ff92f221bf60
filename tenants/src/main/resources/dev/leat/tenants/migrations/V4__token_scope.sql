-- The functions that the token is limited to, separated by commas; '' for all.
ALTER TABLE tokens ADD COLUMN functions VARCHAR(1400) DEFAULT '' NOT NULL;
