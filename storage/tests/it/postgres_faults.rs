//! What the room rows in Postgres promise beyond the contract: of restarts, limits, and
//! versions side by side.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::record::Control;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use storage::postgres::{PostgresOpenError, PostgresRooms};
use storage::rooms::sessions::{Lease, Node, NodeId, SessionChange, SessionNote, Sessions};
use storage::rooms::whispers::Whispers;
use storage::rooms::{RoomRow, Rooms, RoomsError};
use tokio::time::timeout;
use url::Url;
use uuid::Uuid;

use crate::line::Line;
use crate::postgres::Databases;

/// Pause before the server is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(5);
/// Longest wait for something that should come at once.
const SOON: Duration = Duration::from_secs(20);
const LONG_MS: i64 = 3_600_000;
/// Keeps every writer of sessions waiting.
const LOCK_SESSIONS: &str = "SELECT movie_together_lock_sessions()";

fn a_row() -> RoomRow {
    RoomRow {
        id: RoomId(Uuid::now_v7()),
        owner: UserId(Uuid::now_v7()),
        owner_name: "Vasily".to_owned(),
        movie_id: MovieId(Uuid::now_v7()),
        title: "A film".to_owned(),
        duration_ms: 1,
        control: Control::Everyone,
        status: RoomStatus::Creating,
        partition: 3,
        epoch: "an epoch".to_owned(),
        first_offset: None,
        close_offset: None,
        close_reason: None,
        created_at_ms: 1,
        closed_at_ms: None,
    }
}

fn a_node() -> Node {
    Node { id: NodeId(Uuid::new_v4()), socket_url: "ws://127.0.0.1:8000".to_owned() }
}

fn a_note() -> SessionNote {
    let user = UserId(Uuid::now_v7());
    let change = SessionChange::Expected { user, within_ms: LONG_MS };
    SessionNote { room: RoomId(Uuid::now_v7()), seq: 1, change }
}

/// A transaction that keeps every writer of sessions waiting until it is closed.
async fn lock_sessions(database: &Url) -> PgConnection {
    let mut connection = PgConnection::connect(database.as_str()).await.unwrap();
    connection.execute("BEGIN").await.unwrap();
    connection.execute(LOCK_SESSIONS).await.unwrap();
    connection
}

/// Waits until a statement of the connection's database waits for a lock.
async fn until_waiting(connection: &mut PgConnection) {
    let waiting = "SELECT EXISTS (
                       SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                       WHERE datname = current_database() AND NOT granted)";
    let asking = async {
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut *connection).await.unwrap() {
            tokio::time::sleep(ASK_AGAIN).await;
        }
    };
    timeout(SOON, asking).await.unwrap();
}

#[tokio::test]
async fn who_listens_is_told_of_a_cut_line_and_may_listen_again() {
    let databases = Databases::new();
    let (line, url) = Line::to_database(&databases.url().await).await;
    let rooms = PostgresRooms::open(url.as_str()).await.unwrap();
    let mut whispers = rooms.listen().await.unwrap();
    rooms.whisper("before").await.unwrap();
    let next = timeout(SOON, whispers.next()).await.unwrap();
    assert_eq!(next.as_deref(), Some("before"));
    line.cut();
    assert_eq!(timeout(SOON, whispers.next()).await.unwrap(), None);
    rooms.listen().await.err().expect("the line is cut still");
    line.restore();
    let mut whispers = rooms.listen().await.unwrap();
    rooms.whisper("after").await.unwrap();
    let next = timeout(SOON, whispers.next()).await.unwrap();
    assert_eq!(next.as_deref(), Some("after"));
}

#[tokio::test]
async fn the_first_calls_after_a_restart_succeed() {
    let databases = Databases::new();
    let (line, url) = Line::to_database(&databases.url().await).await;
    let rooms = PostgresRooms::open(url.as_str()).await.unwrap();
    let row = a_row();
    rooms.create(&row).await.unwrap();
    // More than there are connections, so that each of them is used.
    for found in join_all((0..16).map(|_| rooms.get(row.id))).await {
        assert!(found.unwrap().is_some());
    }
    line.cut();
    line.restore();
    rooms.create(&a_row()).await.unwrap();
    line.cut();
    line.restore();
    for found in join_all((0..16).map(|_| rooms.get(row.id))).await {
        assert!(found.unwrap().is_some());
    }
    line.cut();
    line.restore();
    assert_eq!(rooms.renew(&a_node(), LONG_MS).await.unwrap(), Lease::New);
}

#[tokio::test]
async fn a_call_cut_off_on_its_way_is_repeated_where_that_is_harmless() {
    let databases = Databases::new();
    let database = databases.url().await;
    let (line, url) = Line::to_database(&database).await;
    let rooms = Arc::new(PostgresRooms::open(url.as_str()).await.unwrap());

    let mut lock = lock_sessions(&database).await;
    let noting = tokio::spawn({
        let rooms = Arc::clone(&rooms);
        async move { rooms.note(&[a_note()]).await }
    });
    until_waiting(&mut lock).await;
    line.cut();
    line.restore();
    lock.close().await.unwrap();
    noting.await.unwrap().unwrap();

    let mut lock = PgConnection::connect(database.as_str()).await.unwrap();
    lock.execute("BEGIN; LOCK TABLE movie_together_room").await.unwrap();
    let creating = tokio::spawn({
        let rooms = Arc::clone(&rooms);
        async move { rooms.create(&a_row()).await }
    });
    until_waiting(&mut lock).await;
    line.cut();
    let answer = creating.await.unwrap();
    assert!(matches!(answer, Err(RoomsError::Away(_))), "{answer:?}");
}

#[tokio::test]
async fn a_full_pool_is_away_until_there_is_room() {
    let databases = Databases::new();
    let database = databases.url().await;
    let mut url = database.clone();
    // The one connection is busy for longer than any call waits for it.
    url.set_query(Some("connections_max=1&options[lock_timeout]=0&options[statement_timeout]=0"));
    let rooms = PostgresRooms::open(url.as_str()).await.unwrap();

    let mut lock = lock_sessions(&database).await;
    let notes = [a_note()];
    let (answer, ()) = tokio::join!(rooms.note(&notes), async {
        until_waiting(&mut lock).await;
        let (got, pinged) = tokio::join!(rooms.get(a_row().id), rooms.ping());
        for answer in [got.map(drop), pinged] {
            let error = answer.unwrap_err();
            assert!(matches!(error, RoomsError::Away(_)), "{error}");
            assert_eq!(error.to_string(), "the room rows are away");
        }
        lock.close().await.unwrap();
    });
    answer.unwrap();
    rooms.ping().await.unwrap();
}

#[tokio::test]
async fn a_lock_that_others_keep_is_not_waited_for_long() {
    let databases = Databases::new();
    let database = databases.url().await;
    let rooms = PostgresRooms::open(database.as_str()).await.unwrap();
    let lock = lock_sessions(&database).await;
    let notes = [a_note()];
    let answer = rooms.note(&notes).await;
    assert!(matches!(answer, Err(RoomsError::Away(_))), "{answer:?}");
    lock.close().await.unwrap();
    rooms.note(&notes).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stands_still_is_away_and_its_connections_are_given_up() {
    let databases = Databases::new();
    let database = databases.url().await;
    let (line, mut url) = Line::to_database(&database).await;
    url.query_pairs_mut().append_pair("connections_max", "1");
    let rooms = PostgresRooms::open(url.as_str()).await.unwrap();

    let mut lock = lock_sessions(&database).await;
    let notes = [a_note()];
    let (answer, ()) = tokio::join!(rooms.note(&notes), async {
        until_waiting(&mut lock).await;
        line.freeze();
    });
    assert!(matches!(answer, Err(RoomsError::Away(_))), "{answer:?}");
    let idle = rooms.ping().await;
    assert!(matches!(idle, Err(RoomsError::Away(_))), "{idle:?}");
    lock.close().await.unwrap();
    // The frozen connections stay frozen; new ones go through.
    line.restore();
    rooms.note(&notes).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_no_connection_with_it() {
    let databases = Databases::new();
    let mut database = databases.url().await;
    database.query_pairs_mut().append_pair("connections_max", "1");
    let rooms = PostgresRooms::open(database.as_str()).await.unwrap();
    database.set_query(None);

    let mut lock = lock_sessions(&database).await;
    let notes = [a_note()];
    tokio::select! {
        answer = rooms.note(&notes) => panic!("noted under the lock: {answer:?}"),
        () = until_waiting(&mut lock) => {}
    }
    lock.close().await.unwrap();
    rooms.ping().await.unwrap();
}

#[tokio::test]
async fn nodes_that_start_together_make_the_tables_once() {
    let databases = Databases::new();
    let url = databases.url().await;
    let opened = join_all((0..6).map(|_| PostgresRooms::open(url.as_str()))).await;
    let opened: Vec<PostgresRooms> = opened.into_iter().map(Result::unwrap).collect();
    let row = a_row();
    opened[0].create(&row).await.unwrap();
    for rooms in &opened {
        assert_eq!(rooms.get(row.id).await.unwrap().as_ref(), Some(&row));
    }
}

#[tokio::test]
async fn a_node_starts_beside_a_newer_version_and_beside_the_tables_of_others() {
    let databases = Databases::new();
    let url = databases.url().await;
    let mut other = PgConnection::connect(url.as_str()).await.unwrap();
    other
        .execute(
            "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY);
             INSERT INTO _sqlx_migrations VALUES (1);",
        )
        .await
        .unwrap();
    PostgresRooms::open(url.as_str()).await.unwrap();
    other
        .execute(
            "INSERT INTO movie_together_migration
             SELECT 9999, 'of a newer version', now(), true, checksum, 1
             FROM movie_together_migration WHERE version = 1",
        )
        .await
        .unwrap();
    PostgresRooms::open(url.as_str()).await.unwrap().ping().await.unwrap();
}

#[tokio::test]
async fn what_is_away_is_told_from_what_refuses_without_showing_the_url() {
    let databases = Databases::new();
    let (line, mut away) = Line::to_database(&databases.url().await).await;
    line.cut();
    away.set_password(Some("hunter2")).unwrap();
    let mut refusing = crate::postgres::server();
    refusing.set_path("no_such_database");
    refusing.set_password(Some("hunter2")).unwrap();
    for (url, is_away) in [(away, true), (refusing, false)] {
        let error = PostgresRooms::open(url.as_str()).await.unwrap_err();
        assert_eq!(error.is_away(), is_away, "{error:?}");
        assert_eq!(matches!(error, PostgresOpenError::Refused(_)), !is_away, "{error:?}");
        let mut shown = format!("{error:?} {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            shown.push_str(&error.to_string());
            cause = error.source();
        }
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
