-- Which nodes live, and which sessions each holds. A session without a node is due back.
--
-- Whoever changes sessions calls one of the functions below, in one statement without a
-- transaction around it: their lock is then held only while the server itself works, and a
-- node that is stopped in the middle keeps nobody waiting. One writer at a time also means
-- that writers never lock each other out and that two claims never name the same member.

CREATE TABLE movie_together_node (
    id             uuid PRIMARY KEY,
    socket_url     text NOT NULL,
    renewed_at_ms  bigint NOT NULL,
    lease_until_ms bigint NOT NULL
);

-- The session is all zeros for a member of whom no session is known yet.
CREATE TABLE movie_together_session (
    room      uuid NOT NULL,
    user_id   uuid NOT NULL,
    session   uuid NOT NULL,
    seq       bigint NOT NULL,
    node      uuid REFERENCES movie_together_node (id),
    due_at_ms bigint,
    PRIMARY KEY (room, user_id, session),
    CHECK ((node IS NULL) = (due_at_ms IS NOT NULL))
);

CREATE INDEX movie_together_session_due
    ON movie_together_session (due_at_ms) WHERE node IS NULL;
CREATE INDEX movie_together_session_held
    ON movie_together_session (node) WHERE node IS NOT NULL;

-- The server's clock, the same for all nodes.
CREATE FUNCTION movie_together_now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint;
$$;

-- Makes the caller's transaction the only one that changes sessions.
CREATE FUNCTION movie_together_lock_sessions() RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('movie_together_session', 0));
$$;

-- Writes down what nodes saw, in the order of the arrays. Each note has the same place in all
-- of them; what its kind does not need is null there.
CREATE FUNCTION movie_together_note(
    kinds text[], rooms uuid[], seqs bigint[], users uuid[], sessions uuid[], nodes uuid[],
    waits_ms bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    now_ms bigint;
    holder uuid;
    note record;
BEGIN
    PERFORM movie_together_lock_sessions();
    now_ms := movie_together_now_ms();
    FOR note IN
        SELECT given.*, now_ms + given.wait_ms AS due_at_ms
        FROM unnest(kinds, rooms, seqs, users, sessions, nodes, waits_ms) WITH ORDINALITY
            AS given (kind, room, seq, user_id, session, node, wait_ms, place)
        ORDER BY given.place
    LOOP
        CASE note.kind
        WHEN 'held', 'still_held' THEN
            SELECT id INTO holder FROM movie_together_node
            WHERE id = note.node AND lease_until_ms >= now_ms;

            INSERT INTO movie_together_session AS known
            VALUES (note.room, note.user_id, note.session, note.seq, holder,
                    CASE WHEN holder IS NULL THEN note.due_at_ms END)
            ON CONFLICT (room, user_id, session) DO UPDATE
            SET seq = greatest(known.seq, excluded.seq),
                node = excluded.node,
                due_at_ms = excluded.due_at_ms
            WHERE (note.kind = 'held' AND holder IS NOT NULL)
               OR NOT EXISTS (
                   SELECT FROM movie_together_node AS other
                   WHERE other.id = known.node AND other.id <> note.node
                     AND other.lease_until_ms >= now_ms);

            DELETE FROM movie_together_session
            WHERE room = note.room AND user_id = note.user_id AND session = nobody;
        WHEN 'released' THEN
            INSERT INTO movie_together_session AS known
            VALUES (note.room, note.user_id, note.session, note.seq, NULL, note.due_at_ms)
            ON CONFLICT (room, user_id, session) DO UPDATE
            SET seq = greatest(known.seq, excluded.seq),
                node = NULL,
                due_at_ms = excluded.due_at_ms
            WHERE known.node = note.node;

            IF FOUND THEN
                DELETE FROM movie_together_session
                WHERE room = note.room AND user_id = note.user_id AND session = nobody;
            END IF;
        WHEN 'promised' THEN
            INSERT INTO movie_together_session AS known
            VALUES (note.room, note.user_id, note.session, note.seq, NULL, note.due_at_ms)
            ON CONFLICT (room, user_id, session) DO UPDATE
            SET seq = greatest(known.seq, excluded.seq),
                due_at_ms = greatest(known.due_at_ms, excluded.due_at_ms)
            WHERE known.node IS NULL;
        WHEN 'expected' THEN
            INSERT INTO movie_together_session
            SELECT note.room, note.user_id, nobody, note.seq, NULL, note.due_at_ms
            WHERE NOT EXISTS (
                SELECT FROM movie_together_session
                WHERE room = note.room AND user_id = note.user_id);
        WHEN 'left' THEN
            DELETE FROM movie_together_session
            WHERE room = note.room AND user_id = note.user_id AND seq < note.seq;
        WHEN 'closed' THEN
            DELETE FROM movie_together_session WHERE room = note.room;
        END CASE;
    END LOOP;
END;
$$;

-- Forgets a node; what it holds is due back after `grace_ms`.
CREATE FUNCTION movie_together_end_node(ended uuid, grace_ms bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM movie_together_lock_sessions();
    UPDATE movie_together_session
    SET node = NULL, due_at_ms = movie_together_now_ms() + grace_ms
    WHERE node = ended;
    DELETE FROM movie_together_node WHERE id = ended;
END;
$$;

-- Forgets the nodes whose lease has run out and tells which; what they hold is due back
-- `grace_ms` after each was last heard of.
CREATE FUNCTION movie_together_end_silent_nodes(grace_ms bigint) RETURNS SETOF uuid
LANGUAGE plpgsql AS $$
DECLARE
    silent record;
BEGIN
    PERFORM movie_together_lock_sessions();
    FOR silent IN
        SELECT id, renewed_at_ms FROM movie_together_node
        WHERE lease_until_ms < movie_together_now_ms()
        ORDER BY id
        FOR UPDATE
    LOOP
        UPDATE movie_together_session
        SET node = NULL, due_at_ms = silent.renewed_at_ms + grace_ms
        WHERE node = silent.id;
        DELETE FROM movie_together_node WHERE id = silent.id;
        RETURN NEXT silent.id;
    END LOOP;
END;
$$;

-- Claims members all of whose sessions are overdue.
CREATE FUNCTION movie_together_claim_absent(claim_ms bigint, claims_max bigint)
RETURNS TABLE (absent_room uuid, absent_user uuid) LANGUAGE plpgsql AS $$
DECLARE
    now_ms bigint;
BEGIN
    PERFORM movie_together_lock_sessions();
    now_ms := movie_together_now_ms();

    -- Whoever has a living session is not absent: only the dead ones go.
    DELETE FROM movie_together_session AS overdue
    WHERE node IS NULL AND due_at_ms < now_ms
      AND EXISTS (
          SELECT FROM movie_together_session AS other
          WHERE other.room = overdue.room AND other.user_id = overdue.user_id
            AND (other.node IS NOT NULL OR other.due_at_ms >= now_ms));

    FOR absent_room, absent_user IN
        SELECT room, user_id FROM movie_together_session
        WHERE node IS NULL AND due_at_ms < now_ms
        GROUP BY room, user_id
        ORDER BY min(due_at_ms)
        LIMIT claims_max
    LOOP
        UPDATE movie_together_session SET due_at_ms = now_ms + claim_ms
        WHERE room = absent_room AND user_id = absent_user;
        RETURN NEXT;
    END LOOP;
END;
$$;
