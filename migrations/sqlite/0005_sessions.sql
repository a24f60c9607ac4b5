-- Which nodes live, and which sessions each holds. A session without a node is due back.

CREATE TABLE movie_together_node (
    id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    socket_url     TEXT NOT NULL,
    renewed_at_ms  INTEGER NOT NULL,
    lease_until_ms INTEGER NOT NULL
) STRICT;

-- The session is all zeros for a member of whom no session is known yet.
CREATE TABLE movie_together_session (
    room      BLOB NOT NULL CHECK (length(room) = 16),
    user_id   BLOB NOT NULL CHECK (length(user_id) = 16),
    session   BLOB NOT NULL CHECK (length(session) = 16),
    seq       INTEGER NOT NULL,
    node      BLOB REFERENCES movie_together_node (id),
    due_at_ms INTEGER,
    PRIMARY KEY (room, user_id, session),
    CHECK ((node IS NULL) = (due_at_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX movie_together_session_due
    ON movie_together_session (due_at_ms) WHERE node IS NULL;
CREATE INDEX movie_together_session_held
    ON movie_together_session (node) WHERE node IS NOT NULL;
