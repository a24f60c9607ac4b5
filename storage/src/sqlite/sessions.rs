//! Nodes and sessions in SQLite. The embedded default has one node, yet the same rules: its
//! next run finds here whom the last one left behind.

use async_trait::async_trait;
use schemas::ids::{RoomId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use uuid::Uuid;

use super::SqliteRooms;
use super::words::to_column;
use crate::rooms::RoomsError;
use crate::rooms::sessions::{
    Absent, Lease, Node, NodeId, NodeSessions, SessionChange, SessionNote, Sessions,
};

#[async_trait]
impl Sessions for SqliteRooms {
    async fn renew(&self, node: &Node, lease_ms: i64) -> Result<Lease, RoomsError> {
        let now_ms = self.clock.now_ms();
        let mut transaction = self.database.begin().await?;
        let kept = query(
            "UPDATE movie_together_node SET renewed_at_ms = ?, lease_until_ms = ? WHERE id = ?",
        )
        .bind(now_ms)
        .bind(now_ms.saturating_add(lease_ms))
        .bind(node.id.0)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if kept == 0 {
            query(
                "INSERT INTO movie_together_node (id, socket_url, renewed_at_ms, lease_until_ms)
                 VALUES (?, ?, ?, ?)",
            )
            .bind(node.id.0)
            .bind(node.socket_url.clone())
            .bind(now_ms)
            .bind(now_ms.saturating_add(lease_ms))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(if kept == 0 { Lease::New } else { Lease::Kept })
    }

    async fn end_node(&self, node: NodeId, grace_ms: i64) -> Result<(), RoomsError> {
        let due_at_ms = self.clock.now_ms().saturating_add(grace_ms);
        let mut transaction = self.database.begin().await?;
        forget_node(&mut transaction, node, due_at_ms).await?;
        Ok(transaction.commit().await?)
    }

    async fn end_silent_nodes(&self, grace_ms: i64) -> Result<Vec<NodeId>, RoomsError> {
        let mut transaction = self.database.begin().await?;
        let silent: Vec<(Uuid, i64)> =
            query("SELECT id, renewed_at_ms FROM movie_together_node WHERE lease_until_ms < ?")
                .bind(self.clock.now_ms())
                .fetch_all(&mut *transaction)
                .await?
                .iter()
                .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
                .collect::<Result<_, sqlx::Error>>()?;
        for (node, renewed_at_ms) in &silent {
            let due_at_ms = renewed_at_ms.saturating_add(grace_ms);
            forget_node(&mut transaction, NodeId(*node), due_at_ms).await?;
        }
        transaction.commit().await?;
        Ok(silent.into_iter().map(|(node, _)| NodeId(node)).collect())
    }

    async fn nodes(&self) -> Result<Vec<Node>, RoomsError> {
        let rows = query(
            "SELECT id, socket_url FROM movie_together_node
             WHERE lease_until_ms >= ? ORDER BY id",
        )
        .bind(self.clock.now_ms())
        .fetch_all(self.database.reader())
        .await?;
        Ok(rows.iter().map(node_row).collect::<Result<_, _>>()?)
    }

    async fn note(&self, notes: &[SessionNote]) -> Result<(), RoomsError> {
        let now_ms = self.clock.now_ms();
        let mut transaction = self.database.begin().await?;
        for note in notes {
            write(&mut transaction, note, now_ms).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn nodes_of(&self, room: RoomId) -> Result<Vec<NodeSessions>, RoomsError> {
        let rows = query(
            "SELECT node.id, node.socket_url, count(*) AS sessions
             FROM movie_together_session AS session
             JOIN movie_together_node AS node ON node.id = session.node
             WHERE session.room = ? AND node.lease_until_ms >= ?
             GROUP BY node.id ORDER BY sessions DESC, node.id",
        )
        .bind(room.0)
        .bind(self.clock.now_ms())
        .fetch_all(self.database.reader())
        .await?;
        let sessions = rows.iter().map(|row| {
            Ok(NodeSessions { node: node_row(row)?, sessions: row.try_get("sessions")? })
        });
        Ok(sessions.collect::<Result<_, sqlx::Error>>()?)
    }

    async fn claim_absent(&self, claim_ms: i64, limit: u32) -> Result<Vec<Absent>, RoomsError> {
        let now_ms = self.clock.now_ms();
        let mut transaction = self.database.begin().await?;
        // Whoever has a living session is not absent: only the dead ones go.
        query(
            "DELETE FROM movie_together_session AS overdue
             WHERE node IS NULL AND due_at_ms < ?1
               AND EXISTS (
                   SELECT 1 FROM movie_together_session AS other
                   WHERE other.room = overdue.room AND other.user_id = overdue.user_id
                     AND (other.node IS NOT NULL OR other.due_at_ms >= ?1))",
        )
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        let absent: Vec<Absent> = query(
            "SELECT DISTINCT room, user_id FROM movie_together_session
             WHERE node IS NULL AND due_at_ms < ? LIMIT ?",
        )
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await?
        .iter()
        .map(|row| Ok(Absent { room: RoomId(row.try_get(0)?), user: UserId(row.try_get(1)?) }))
        .collect::<Result<_, sqlx::Error>>()?;
        for Absent { room, user } in &absent {
            query("UPDATE movie_together_session SET due_at_ms = ? WHERE room = ? AND user_id = ?")
                .bind(now_ms.saturating_add(claim_ms))
                .bind(room.0)
                .bind(user.0)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(absent)
    }
}

async fn forget_node(
    connection: &mut SqliteConnection,
    node: NodeId,
    due_at_ms: i64,
) -> Result<(), sqlx::Error> {
    query("UPDATE movie_together_session SET node = NULL, due_at_ms = ? WHERE node = ?")
        .bind(due_at_ms)
        .bind(node.0)
        .execute(&mut *connection)
        .await?;
    query("DELETE FROM movie_together_node WHERE id = ?")
        .bind(node.0)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

async fn write(
    connection: &mut SqliteConnection,
    note: &SessionNote,
    now_ms: i64,
) -> Result<(), sqlx::Error> {
    let SessionNote { room, seq, change } = *note;
    let seq = to_column(seq);
    let statement = match change {
        SessionChange::Held { user, session, node, grace_ms } => {
            let has_lease: bool =
                query_scalar("SELECT EXISTS (SELECT 1 FROM movie_together_node WHERE id = ?)")
                    .bind(node.0)
                    .fetch_one(&mut *connection)
                    .await?;
            let due_at_ms = (!has_lease).then_some(now_ms.saturating_add(grace_ms));
            query(
                "INSERT INTO movie_together_session (room, user_id, session, seq, node, due_at_ms)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (room, user_id, session) DO UPDATE
                 SET seq = excluded.seq, node = excluded.node, due_at_ms = excluded.due_at_ms",
            )
            .bind(room.0)
            .bind(user.0)
            .bind(session.0)
            .bind(seq)
            .bind(has_lease.then_some(node.0))
            .bind(due_at_ms)
        }
        SessionChange::Released { user, session, node, grace_ms } => query(
            "INSERT INTO movie_together_session (room, user_id, session, seq, node, due_at_ms)
             VALUES (?, ?, ?, ?, NULL, ?)
             ON CONFLICT (room, user_id, session) DO UPDATE
             SET seq = excluded.seq, node = NULL, due_at_ms = excluded.due_at_ms
             WHERE node = ?",
        )
        .bind(room.0)
        .bind(user.0)
        .bind(session.0)
        .bind(seq)
        .bind(now_ms.saturating_add(grace_ms))
        .bind(node.0),
        SessionChange::Promised { user, session, within_ms } => query(
            "INSERT INTO movie_together_session (room, user_id, session, seq, node, due_at_ms)
             VALUES (?, ?, ?, ?, NULL, ?)
             ON CONFLICT (room, user_id, session) DO UPDATE
             SET seq = excluded.seq, due_at_ms = max(due_at_ms, excluded.due_at_ms)
             WHERE node IS NULL",
        )
        .bind(room.0)
        .bind(user.0)
        .bind(session.0)
        .bind(seq)
        .bind(now_ms.saturating_add(within_ms)),
        SessionChange::Expected { user, within_ms } => query(
            "INSERT INTO movie_together_session (room, user_id, session, seq, node, due_at_ms)
             SELECT ?1, ?2, ?3, ?4, NULL, ?5
             WHERE NOT EXISTS (
                 SELECT 1 FROM movie_together_session WHERE room = ?1 AND user_id = ?2)",
        )
        .bind(room.0)
        .bind(user.0)
        .bind(Uuid::nil())
        .bind(seq)
        .bind(now_ms.saturating_add(within_ms)),
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

fn node_row(row: &SqliteRow) -> Result<Node, sqlx::Error> {
    Ok(Node { id: NodeId(row.try_get("id")?), socket_url: row.try_get("socket_url")? })
}
