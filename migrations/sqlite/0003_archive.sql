-- Closed rooms. Without references to the room rows: the archive may lie in another file.

CREATE TABLE movie_together_archive_event (
    room       BLOB NOT NULL CHECK (length(room) = 16),
    epoch      TEXT NOT NULL,
    log_offset INTEGER NOT NULL CHECK (log_offset >= 0),
    seq        INTEGER NOT NULL,
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    event      TEXT NOT NULL CHECK (json_valid(event)),
    PRIMARY KEY (room, epoch, log_offset)
) STRICT, WITHOUT ROWID;

CREATE INDEX movie_together_archive_event_in_order
    ON movie_together_archive_event (room, seq);

CREATE TABLE movie_together_archive_seal (
    room          BLOB PRIMARY KEY NOT NULL CHECK (length(room) = 16),
    epoch         TEXT NOT NULL,
    log_partition INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    first_offset  INTEGER NOT NULL,
    close_offset  INTEGER NOT NULL,
    hash          BLOB NOT NULL CHECK (length(hash) = 32),
    sealed_at_ms  INTEGER NOT NULL,
    members       TEXT NOT NULL CHECK (json_type(members) = 'array')
) STRICT;

CREATE TABLE movie_together_archive_quarantine (
    log_partition INTEGER NOT NULL,
    log_offset    INTEGER NOT NULL,
    epoch         TEXT NOT NULL,
    at_ms         INTEGER NOT NULL,
    reason        TEXT NOT NULL CHECK (reason IN ('undecodable', 'unknown_room')),
    raw           BLOB NOT NULL,
    PRIMARY KEY (log_partition, log_offset, epoch)
) STRICT, WITHOUT ROWID;
