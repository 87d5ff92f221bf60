-- When the next step of a function's rollout is to be taken; NULL: none is.
ALTER TABLE functions ADD COLUMN rollout_due TIMESTAMP WITH TIME ZONE;
CREATE INDEX functions_by_rollout ON functions (rollout_due);
