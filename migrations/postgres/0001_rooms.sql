-- Which rooms there are, and how far each is from creation to the archive.
--
-- The rule of this folder: forward only, and safe while the version before still runs on the
-- same tables. Add tables; add columns that are nullable or have a constant default; add an
-- index to a table with rows CONCURRENTLY, in a file of its own that begins with
-- `-- no-transaction`; give a function that changes its meaning a new name. Drop what nothing
-- uses any more, but one release later. Never edit a file that is out.
--
-- All times are in ms since 1970.

CREATE TABLE movie_together_room (
    id            uuid PRIMARY KEY,
    owner         uuid NOT NULL,
    owner_name    text NOT NULL,
    movie_id      uuid NOT NULL,
    title         text NOT NULL,
    duration_ms   bigint NOT NULL CHECK (duration_ms >= 0),
    control       text NOT NULL CHECK (control IN ('everyone', 'owner')),
    status        text NOT NULL CHECK (status IN ('creating', 'open', 'closed', 'archived', 'aborted')),
    log_partition bigint NOT NULL CHECK (log_partition >= 0),
    epoch         text NOT NULL,
    first_offset  bigint CHECK (first_offset >= 0),
    close_offset  bigint CHECK (close_offset > first_offset),
    close_reason  text CHECK (close_reason IN ('owner', 'ended', 'empty', 'too_old')),
    created_at_ms bigint NOT NULL,
    closed_at_ms  bigint,
    CHECK (status IN ('creating', 'aborted') OR first_offset IS NOT NULL),
    CHECK ((status IN ('closed', 'archived')) = (close_offset IS NOT NULL)),
    CHECK ((close_offset IS NULL) = (close_reason IS NULL)),
    CHECK ((close_offset IS NULL) = (closed_at_ms IS NULL))
);

CREATE UNIQUE INDEX movie_together_room_one_live_an_owner
    ON movie_together_room (owner) WHERE status IN ('creating', 'open');
CREATE INDEX movie_together_room_unarchived
    ON movie_together_room (log_partition, id) WHERE status IN ('creating', 'open', 'closed');

-- Everyone who ever was a member of a room.
CREATE TABLE movie_together_room_user (
    user_id      uuid NOT NULL,
    room         uuid NOT NULL REFERENCES movie_together_room (id),
    joined_at_ms bigint NOT NULL,
    PRIMARY KEY (user_id, room)
);

CREATE TABLE movie_together_invite (
    room         uuid NOT NULL REFERENCES movie_together_room (id),
    number       bigint NOT NULL CHECK (number >= 1),
    code_hash    bytea NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    outside_link text,
    PRIMARY KEY (room, number)
);
