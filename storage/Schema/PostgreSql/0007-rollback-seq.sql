-- The seq of the point that a rollback goes back to. What was there then is kept while it is not over, even if the point goes.
ALTER TABLE rollback_operation ADD COLUMN point_seq bigint NOT NULL DEFAULT 0;

-- rollback_conflict.status: 2 = void, the rollback changed nothing in the end.
