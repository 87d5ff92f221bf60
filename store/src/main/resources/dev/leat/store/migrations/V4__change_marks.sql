-- A random number with each change. Who has read a change and finds another mark at its number, or none, has before him
-- another history: the database was put back to an earlier state and went on from there.
ALTER TABLE changes ADD COLUMN mark BIGINT DEFAULT 0 NOT NULL;
