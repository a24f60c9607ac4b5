//! Nodes and sessions. Whatever changes sessions is a function in the database: see
//! `migrations/postgres/0002_sessions.sql` for the rules and why they stand there.

use async_trait::async_trait;
use schemas::ids::{RoomId, SessionId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::PostgresRooms;
use super::statement::Statement;
use crate::rooms::RoomsError;
use crate::rooms::sessions::{
    Absent, Lease, Node, NodeId, NodeSessions, SessionChange, SessionNote, Sessions,
};
use crate::words::{from_column, to_column};

/// Longest wait that is told apart from a longer one; the server adds it to its time.
const WAIT_MS_MAX: i64 = i64::MAX / 2;

#[async_trait]
impl Sessions for PostgresRooms {
    async fn renew(&self, node: &Node, lease_ms: i64) -> Result<Lease, RoomsError> {
        // Not repeated, since a second run would find the lease that the first has made.
        let renewal = Statement::once(
            "WITH now AS MATERIALIZED (SELECT movie_together_now_ms() AS ms),
             kept AS (
                 UPDATE movie_together_node
                 SET renewed_at_ms = now.ms, lease_until_ms = now.ms + $3
                 FROM now WHERE id = $1 AND lease_until_ms >= now.ms
                 RETURNING id
             ),
             new AS (
                 INSERT INTO movie_together_node (id, socket_url, renewed_at_ms, lease_until_ms)
                 SELECT $1, $2, now.ms, now.ms + $3 FROM now
                 WHERE NOT EXISTS (SELECT FROM kept)
                 ON CONFLICT (id) DO UPDATE
                 SET renewed_at_ms = excluded.renewed_at_ms,
                     lease_until_ms = excluded.lease_until_ms
             )
             SELECT EXISTS (SELECT FROM kept)",
        )
        .bind(node.id.0)
        .bind(node.socket_url.clone())
        .bind(lease_ms);
        let answer = self.server.call(renewal).await?;
        let kept = answer.rows.first().map_or(Ok(false), |row| row.try_get(0))?;
        Ok(if kept { Lease::Kept } else { Lease::New })
    }

    async fn end_node(&self, node: NodeId, grace_ms: i64) -> Result<(), RoomsError> {
        let end = Statement::repeatable("SELECT movie_together_end_node($1, $2)");
        self.server.call(end.bind(node.0).bind(grace_ms)).await?;
        Ok(())
    }

    async fn end_silent_nodes(&self, grace_ms: i64) -> Result<Vec<NodeId>, RoomsError> {
        let end = Statement::repeatable("SELECT movie_together_end_silent_nodes($1)");
        let answer = self.server.call(end.bind(grace_ms)).await?;
        let ended = answer.rows.iter().map(|row| Ok(NodeId(row.try_get(0)?)));
        Ok(ended.collect::<Result<_, sqlx::Error>>()?)
    }

    async fn nodes(&self) -> Result<Vec<Node>, RoomsError> {
        let select = Statement::repeatable(
            "SELECT id, socket_url FROM movie_together_node
             WHERE lease_until_ms >= (SELECT movie_together_now_ms()) ORDER BY id",
        );
        let answer = self.server.call(select).await?;
        Ok(answer.rows.iter().map(node_row).collect::<Result<_, _>>()?)
    }

    async fn note(&self, notes: &[SessionNote]) -> Result<(), RoomsError> {
        if notes.is_empty() {
            return Ok(());
        }
        let mut columns = Columns::default();
        for note in notes {
            columns.add(note);
        }
        let note = Statement::repeatable("SELECT movie_together_note($1, $2, $3, $4, $5, $6, $7)")
            .bind(columns.kinds)
            .bind(columns.rooms)
            .bind(columns.seqs)
            .bind(columns.users)
            .bind(columns.sessions)
            .bind(columns.nodes)
            .bind(columns.waits_ms);
        self.server.call(note).await?;
        Ok(())
    }

    async fn nodes_of(&self, room: RoomId) -> Result<Vec<NodeSessions>, RoomsError> {
        let select = Statement::repeatable(
            "SELECT node.id, node.socket_url, count(session.node) AS sessions
             FROM movie_together_node AS node
             LEFT JOIN movie_together_session AS session
               ON session.node = node.id AND session.room = $1
             WHERE node.lease_until_ms >= (SELECT movie_together_now_ms())
             GROUP BY node.id ORDER BY sessions DESC, node.id",
        );
        let answer = self.server.call(select.bind(room.0)).await?;
        let nodes = answer.rows.iter().map(|row| {
            let sessions = from_column(row.try_get("sessions")?)?;
            Ok(NodeSessions { node: node_row(row)?, sessions })
        });
        Ok(nodes.collect::<Result<_, sqlx::Error>>()?)
    }

    async fn claim_absent(&self, claim_ms: i64, limit: u32) -> Result<Vec<Absent>, RoomsError> {
        // A claim whose answer was lost runs out like any other.
        let claim = Statement::repeatable(
            "SELECT absent_room, absent_user FROM movie_together_claim_absent($1, $2)",
        );
        let answer = self.server.call(claim.bind(claim_ms).bind(i64::from(limit))).await?;
        let absent = answer
            .rows
            .iter()
            .map(|row| Ok(Absent { room: RoomId(row.try_get(0)?), user: UserId(row.try_get(1)?) }));
        Ok(absent.collect::<Result<_, sqlx::Error>>()?)
    }
}

/// Notes as the arrays that the database takes.
#[derive(Default)]
struct Columns {
    kinds: Vec<&'static str>,
    rooms: Vec<Uuid>,
    seqs: Vec<i64>,
    users: Vec<Option<Uuid>>,
    sessions: Vec<Option<Uuid>>,
    nodes: Vec<Option<Uuid>>,
    waits_ms: Vec<Option<i64>>,
}

impl Columns {
    fn add(&mut self, note: &SessionNote) {
        let (kind, tab, at, wait_ms) = match note.change {
            SessionChange::Held { user, session, node, grace_ms } => {
                ("held", tab(user, session), Some(node.0), Some(grace_ms))
            }
            SessionChange::StillHeld { user, session, node, grace_ms } => {
                ("still_held", tab(user, session), Some(node.0), Some(grace_ms))
            }
            SessionChange::Released { user, session, node, grace_ms } => {
                ("released", tab(user, session), Some(node.0), Some(grace_ms))
            }
            SessionChange::Promised { user, session, within_ms } => {
                ("promised", tab(user, session), None, Some(within_ms))
            }
            SessionChange::Expected { user, within_ms } => {
                ("expected", (Some(user.0), None), None, Some(within_ms))
            }
            SessionChange::Left { user } => ("left", (Some(user.0), None), None, None),
            SessionChange::Closed => ("closed", (None, None), None, None),
        };
        self.kinds.push(kind);
        self.rooms.push(note.room.0);
        self.seqs.push(to_column(note.seq));
        self.users.push(tab.0);
        self.sessions.push(tab.1);
        self.nodes.push(at);
        self.waits_ms.push(wait_ms.map(|wait_ms| wait_ms.min(WAIT_MS_MAX)));
    }
}

fn tab(user: UserId, session: SessionId) -> (Option<Uuid>, Option<Uuid>) {
    (Some(user.0), Some(session.0))
}

fn node_row(row: &PgRow) -> Result<Node, sqlx::Error> {
    Ok(Node { id: NodeId(row.try_get("id")?), socket_url: row.try_get("socket_url")? })
}
