-- H2 writes to its file each time that it takes the next ids from a sequence: it takes many. PostgreSQL's sessions each
-- keep the ids that they took, and ids must grow with time whichever session writes: there it takes one.
ALTER TABLE executions ALTER COLUMN id SET CACHE ${execution_ids_taken_at_once};
