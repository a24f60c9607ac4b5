//! What was taken back is archived without its text.

use schemas::record::{Chat, Entry};

use crate::binary::once;
use crate::world::{FILE, Place, World};
use storage::clock::{Clock, SystemClock};

const SECRET: &str = "the-pin-is-4711";

#[tokio::test]
async fn a_redacted_text_stands_in_no_row_once_its_room_is_archived() {
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let room = world.open_room(0).await;
    world.say(&room, 1, SECRET).await;
    world.say(&room, 2, "something else").await;
    world.redact(&room, 3, 2).await;
    world.close(&room).await;

    let output = once(world.directory());

    assert!(output.status.success(), "{output:?}");
    let events = world.archived(&room).await.unwrap();
    let redacted = Chat { text: String::new(), reply_to: None, redacted: true };
    assert_eq!(events[1].entry, Entry::Chat(redacted));
    assert_eq!(world.records().await, []);
    for (table, column) in [
        ("movie_together_archive_event", "event"),
        ("movie_together_archive_quarantine", "raw"),
        ("movie_together_log_record", "value"),
    ] {
        assert_eq!(rows_with_secret(&world, table, column).await, 0, "{table}");
    }
}

async fn rows_with_secret(world: &World, table: &str, column: &str) -> i64 {
    use sqlx::Connection;
    let path = world.directory().join(FILE);
    let mut connection = sqlx::SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    let count = format!("SELECT count(*) FROM {table} WHERE instr(CAST({column} AS TEXT), ?) > 0");
    let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
        .bind(SECRET)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    rows
}
