-- People, their sign-ins, friendships and wishes. All names begin with cinema_, because the
-- file is shared with the tables of the rooms. Times are milliseconds since 1970.

CREATE TABLE cinema_signing_key (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    pkcs8      BLOB    NOT NULL
);

CREATE TABLE cinema_user (
    id            BLOB    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,  -- lower case
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL,         -- what a search by name compares
    password_hash TEXT    NOT NULL,         -- PHC string
    created_at_ms INTEGER NOT NULL
);
CREATE INDEX cinema_user_by_name ON cinema_user (name_folded, id);

-- A family is everything that descends from one sign-in. Used tokens stay until they expire,
-- so that a second use is noticed.
CREATE TABLE cinema_refresh_token (
    token_hash    BLOB    NOT NULL PRIMARY KEY,  -- SHA-256
    family        BLOB    NOT NULL,
    user_id       BLOB    NOT NULL REFERENCES cinema_user (id) ON DELETE CASCADE,
    used          INTEGER NOT NULL DEFAULT 0,
    expires_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX cinema_refresh_token_by_family ON cinema_refresh_token (family);
CREATE INDEX cinema_refresh_token_by_expiry ON cinema_refresh_token (expires_at_ms);
CREATE INDEX cinema_refresh_token_by_user ON cinema_refresh_token (user_id, expires_at_ms);

-- asker_id wants to be friends with asked_id; two people are friends when both rows exist.
CREATE TABLE cinema_friend_ask (
    asker_id      BLOB    NOT NULL REFERENCES cinema_user (id) ON DELETE CASCADE,
    asked_id      BLOB    NOT NULL REFERENCES cinema_user (id) ON DELETE CASCADE,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (asker_id, asked_id)
) WITHOUT ROWID;
CREATE INDEX cinema_friend_ask_by_asked ON cinema_friend_ask (asked_id, asker_id);

-- No reference to people: in an online cinema the wishes live in a service of their own.
CREATE TABLE cinema_wish (
    user_id       BLOB    NOT NULL,
    movie_id      BLOB    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) WITHOUT ROWID;
