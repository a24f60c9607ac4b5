-- Which messages of closed rooms are to be forgotten, whether they are archived yet or not.

CREATE TABLE movie_together_archive_message_erasure (
    room BLOB NOT NULL CHECK (length(room) = 16),
    seq  INTEGER NOT NULL CHECK (seq >= 1),
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
