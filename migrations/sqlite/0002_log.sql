-- The ordered records. The epoch and the number of partitions are fixed when the file is made.

CREATE TABLE movie_together_log (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL
) STRICT;
INSERT INTO movie_together_log (id, epoch) VALUES (1, lower(hex(randomblob(16))));

-- The watermarks stand here rather than in the records, so that offsets never begin anew
-- when every record is truncated.
CREATE TABLE movie_together_log_partition (
    log_partition INTEGER PRIMARY KEY,
    low           INTEGER NOT NULL CHECK (low >= 0),
    high          INTEGER NOT NULL CHECK (high >= low),
    at_ms         INTEGER NOT NULL
) STRICT;
INSERT INTO movie_together_log_partition (log_partition, low, high, at_ms)
VALUES (0, 0, 0, 0), (1, 0, 0, 0), (2, 0, 0, 0), (3, 0, 0, 0);

CREATE TABLE movie_together_log_record (
    log_partition INTEGER NOT NULL,
    log_offset    INTEGER NOT NULL CHECK (log_offset >= 0),
    at_ms         INTEGER NOT NULL,
    room          BLOB NOT NULL CHECK (length(room) = 16),
    value         BLOB NOT NULL,
    PRIMARY KEY (log_partition, log_offset)
) STRICT, WITHOUT ROWID;

CREATE INDEX movie_together_log_record_of_room
    ON movie_together_log_record (log_partition, room, log_offset);
