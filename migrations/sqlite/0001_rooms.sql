-- Which rooms there are, and how far each is from creation to the archive.

CREATE TABLE movie_together_room (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner         BLOB NOT NULL CHECK (length(owner) = 16),
    owner_name    TEXT NOT NULL,
    movie_id      BLOB NOT NULL CHECK (length(movie_id) = 16),
    title         TEXT NOT NULL,
    duration_ms   INTEGER NOT NULL CHECK (duration_ms >= 0),
    control       TEXT NOT NULL CHECK (control IN ('everyone', 'owner')),
    status        TEXT NOT NULL CHECK (status IN ('creating', 'open', 'closed', 'archived', 'aborted')),
    log_partition INTEGER NOT NULL CHECK (log_partition >= 0),
    epoch         TEXT NOT NULL,
    first_offset  INTEGER CHECK (first_offset >= 0),
    close_offset  INTEGER CHECK (close_offset > first_offset),
    close_reason  TEXT CHECK (close_reason IN ('owner', 'ended', 'empty', 'too_old')),
    created_at_ms INTEGER NOT NULL,
    closed_at_ms  INTEGER,
    CHECK (status IN ('creating', 'aborted') OR first_offset IS NOT NULL),
    CHECK ((status IN ('closed', 'archived')) = (close_offset IS NOT NULL)),
    CHECK ((close_offset IS NULL) = (close_reason IS NULL)),
    CHECK ((close_offset IS NULL) = (closed_at_ms IS NULL))
) STRICT;

CREATE UNIQUE INDEX movie_together_room_one_live_an_owner
    ON movie_together_room (owner) WHERE status IN ('creating', 'open');
CREATE INDEX movie_together_room_live
    ON movie_together_room (id) WHERE status IN ('creating', 'open');
CREATE INDEX movie_together_room_unarchived
    ON movie_together_room (log_partition, id) WHERE status IN ('creating', 'open', 'closed');

-- Everyone who ever was a member of a room.
CREATE TABLE movie_together_room_user (
    user_id      BLOB NOT NULL CHECK (length(user_id) = 16),
    room         BLOB NOT NULL REFERENCES movie_together_room (id),
    joined_at_ms INTEGER NOT NULL,
    PRIMARY KEY (user_id, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_together_invite (
    room         BLOB NOT NULL REFERENCES movie_together_room (id),
    number       INTEGER NOT NULL CHECK (number >= 1),
    code_hash    BLOB NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    outside_link TEXT,
    PRIMARY KEY (room, number)
) STRICT, WITHOUT ROWID;
