//! Nodes and sessions in SQLite. The embedded default has one node, yet the same rules: its
//! next run finds here whom the last one left behind.

mod note;

use async_trait::async_trait;
use schemas::ids::{RoomId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use uuid::Uuid;

use super::SqliteRooms;
use crate::rooms::RoomsError;
use crate::rooms::sessions::{Absent, Lease, Node, NodeId, NodeSessions, SessionNote, Sessions};

#[async_trait]
impl Sessions for SqliteRooms {
    async fn renew(&self, node: &Node, lease_ms: i64) -> Result<Lease, RoomsError> {
        let now_ms = self.clock.now_ms();
        let mut transaction = self.database.begin().await?;
        let kept = has_lease(&mut transaction, node.id, now_ms).await?;
        query(
            "INSERT INTO movie_together_node (id, socket_url, renewed_at_ms, lease_until_ms)
             VALUES (?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE
             SET renewed_at_ms = excluded.renewed_at_ms, lease_until_ms = excluded.lease_until_ms",
        )
        .bind(node.id.0)
        .bind(node.socket_url.clone())
        .bind(now_ms)
        .bind(now_ms.saturating_add(lease_ms))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(if kept { Lease::Kept } else { Lease::New })
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
            note::write(&mut transaction, note, now_ms).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn nodes_of(&self, room: RoomId) -> Result<Vec<NodeSessions>, RoomsError> {
        let rows = query(
            "SELECT node.id, node.socket_url, count(session.node) AS sessions
             FROM movie_together_node AS node
             LEFT JOIN movie_together_session AS session
               ON session.node = node.id AND session.room = ?
             WHERE node.lease_until_ms >= ?
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

async fn has_lease(
    connection: &mut SqliteConnection,
    node: NodeId,
    now_ms: i64,
) -> Result<bool, sqlx::Error> {
    query_scalar(
        "SELECT EXISTS (SELECT 1 FROM movie_together_node WHERE id = ? AND lease_until_ms >= ?)",
    )
    .bind(node.0)
    .bind(now_ms)
    .fetch_one(connection)
    .await
}

fn node_row(row: &SqliteRow) -> Result<Node, sqlx::Error> {
    Ok(Node { id: NodeId(row.try_get("id")?), socket_url: row.try_get("socket_url")? })
}
