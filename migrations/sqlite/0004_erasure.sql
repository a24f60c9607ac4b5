-- Forgetting people in closed rooms. An erased event keeps the hash of what it was; `person` is
-- who did it, and finds the rooms to go through.

ALTER TABLE movie_together_archive_event
    ADD COLUMN erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1));

ALTER TABLE movie_together_archive_event
    ADD COLUMN person TEXT GENERATED ALWAYS AS (event ->> '$.user') VIRTUAL;

CREATE INDEX movie_together_archive_event_by_person
    ON movie_together_archive_event (person);

CREATE TABLE movie_together_archive_erasure (
    user  BLOB PRIMARY KEY NOT NULL CHECK (length(user) = 16),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
