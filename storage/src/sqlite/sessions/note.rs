//! What one note changes in the table of sessions.

use schemas::ids::{RoomId, SessionId, UserId};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection, query};
use uuid::Uuid;

use super::has_lease;
use crate::rooms::sessions::{NodeId, SessionChange, SessionNote};
use crate::words::to_column;

type Query = query::Query<'static, Sqlite, SqliteArguments>;

/// Stands for the session of a member of whom none is known yet.
const NOBODY: Uuid = Uuid::nil();

/// Which session a note is about, and what it is noted with.
#[derive(Clone, Copy)]
struct Noted {
    room: RoomId,
    user: UserId,
    session: SessionId,
    seq: i64,
}

pub(super) async fn write(
    connection: &mut SqliteConnection,
    note: &SessionNote,
    now_ms: i64,
) -> Result<(), sqlx::Error> {
    let SessionNote { room, seq, change } = *note;
    let seq = to_column(seq);
    let noted = |user, session| Noted { room, user, session, seq };
    let statement = match change {
        SessionChange::Held { user, session, node, grace_ms } => {
            let holder = holder(connection, node, now_ms).await?;
            let due_at_ms = now_ms.saturating_add(grace_ms);
            let hold = match holder {
                Some(holder) => hold(noted(user, session), holder),
                None => hold_unless_moved(noted(user, session), node, None, due_at_ms, now_ms),
            };
            hold.execute(&mut *connection).await?;
            forget_expectation(room, user)
        }
        SessionChange::StillHeld { user, session, node, grace_ms } => {
            let holder = holder(connection, node, now_ms).await?;
            let due_at_ms = now_ms.saturating_add(grace_ms);
            hold_unless_moved(noted(user, session), node, holder, due_at_ms, now_ms)
                .execute(&mut *connection)
                .await?;
            forget_expectation(room, user)
        }
        SessionChange::Released { user, session, node, grace_ms } => {
            let due_at_ms = now_ms.saturating_add(grace_ms);
            let release = release(noted(user, session), node, due_at_ms);
            if release.execute(&mut *connection).await?.rows_affected() == 0 {
                return Ok(());
            }
            forget_expectation(room, user)
        }
        SessionChange::Promised { user, session, within_ms } => {
            promise(noted(user, session), now_ms.saturating_add(within_ms))
        }
        SessionChange::Expected { user, within_ms } => {
            expect(noted(user, SessionId(NOBODY)), now_ms.saturating_add(within_ms))
        }
        SessionChange::Left { user } => {
            query("DELETE FROM movie_together_session WHERE room = ? AND user_id = ? AND seq < ?")
                .bind(room.0)
                .bind(user.0)
                .bind(seq)
        }
        SessionChange::Closed => {
            query("DELETE FROM movie_together_session WHERE room = ?").bind(room.0)
        }
    };
    statement.execute(&mut *connection).await?;
    Ok(())
}

/// The node, if it has a lease.
async fn holder(
    connection: &mut SqliteConnection,
    node: NodeId,
    now_ms: i64,
) -> Result<Option<NodeId>, sqlx::Error> {
    Ok(has_lease(connection, node, now_ms).await?.then_some(node))
}

fn hold(noted: Noted, holder: NodeId) -> Query {
    query(
        "INSERT INTO movie_together_session (room, user_id, session, seq, node)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, user_id, session) DO UPDATE
         SET seq = max(seq, excluded.seq), node = excluded.node, due_at_ms = NULL",
    )
    .bind(noted.room.0)
    .bind(noted.user.0)
    .bind(noted.session.0)
    .bind(noted.seq)
    .bind(holder.0)
}

/// Changes nothing if a living node other than `node` holds the session. Without a `holder`
/// the session is due back.
fn hold_unless_moved(
    noted: Noted,
    node: NodeId,
    holder: Option<NodeId>,
    due_at_ms: i64,
    now_ms: i64,
) -> Query {
    query(
        "INSERT INTO movie_together_session AS known
             (room, user_id, session, seq, node, due_at_ms)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, user_id, session) DO UPDATE
         SET seq = max(seq, excluded.seq), node = excluded.node, due_at_ms = excluded.due_at_ms
         WHERE NOT EXISTS (
             SELECT 1 FROM movie_together_node AS other
             WHERE other.id = known.node AND other.id <> ? AND other.lease_until_ms >= ?)",
    )
    .bind(noted.room.0)
    .bind(noted.user.0)
    .bind(noted.session.0)
    .bind(noted.seq)
    .bind(holder.map(|holder| holder.0))
    .bind(holder.is_none().then_some(due_at_ms))
    .bind(node.0)
    .bind(now_ms)
}

fn release(noted: Noted, node: NodeId, due_at_ms: i64) -> Query {
    query(
        "INSERT INTO movie_together_session (room, user_id, session, seq, due_at_ms)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, user_id, session) DO UPDATE
         SET seq = max(seq, excluded.seq), node = NULL, due_at_ms = excluded.due_at_ms
         WHERE node = ?",
    )
    .bind(noted.room.0)
    .bind(noted.user.0)
    .bind(noted.session.0)
    .bind(noted.seq)
    .bind(due_at_ms)
    .bind(node.0)
}

fn promise(noted: Noted, due_at_ms: i64) -> Query {
    query(
        "INSERT INTO movie_together_session (room, user_id, session, seq, due_at_ms)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, user_id, session) DO UPDATE
         SET seq = max(seq, excluded.seq), due_at_ms = max(due_at_ms, excluded.due_at_ms)
         WHERE node IS NULL",
    )
    .bind(noted.room.0)
    .bind(noted.user.0)
    .bind(noted.session.0)
    .bind(noted.seq)
    .bind(due_at_ms)
}

fn expect(noted: Noted, due_at_ms: i64) -> Query {
    query(
        "INSERT INTO movie_together_session (room, user_id, session, seq, due_at_ms)
         SELECT ?1, ?2, ?3, ?4, ?5
         WHERE NOT EXISTS (
             SELECT 1 FROM movie_together_session WHERE room = ?1 AND user_id = ?2)",
    )
    .bind(noted.room.0)
    .bind(noted.user.0)
    .bind(noted.session.0)
    .bind(noted.seq)
    .bind(due_at_ms)
}

/// Whoever was held once is waited for no longer than that session is.
fn forget_expectation(room: RoomId, user: UserId) -> Query {
    query("DELETE FROM movie_together_session WHERE room = ? AND user_id = ? AND session = ?")
        .bind(room.0)
        .bind(user.0)
        .bind(NOBODY)
}
