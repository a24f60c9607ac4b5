-- no-transaction
-- Finds the rooms of an owner whose name is to be forgotten. A node that was killed in the middle
-- leaves an index that nobody uses; the next one must start all the same, and erasures scan.

CREATE INDEX CONCURRENTLY IF NOT EXISTS movie_together_room_of_owner
    ON movie_together_room (owner);
