//! What is opened, and what is refused with which words.

use std::error::Error;
use std::sync::Arc;

use futures_util::future::join_all;
use schemas::ids::RoomId;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use storage::clock::SystemClock;
use storage::{OpenError, StorageUrls, lock_node};
use uuid::Uuid;

use crate::files::{self, Files, urls};
use crate::kafka_topics::Topics;
use crate::line::Line;
use crate::mongo_databases::Databases as MongoDatabases;
use crate::postgres::Databases;

async fn refusal(urls: &StorageUrls) -> OpenError {
    storage::open(urls, Arc::new(SystemClock)).await.err().unwrap()
}

#[tokio::test]
async fn a_scheme_at_the_wrong_port_is_refused_by_name_without_showing_the_url() {
    let files = Files::new();
    let good = urls(&files.path());
    let rooms = |rooms: &str| StorageUrls { rooms: rooms.to_owned(), ..good.clone() };
    let log = |log: &str| StorageUrls { log: log.to_owned(), ..good.clone() };
    let archive = |archive: &str| StorageUrls { archive: archive.to_owned(), ..good.clone() };
    let rooms_known = "sqlite, postgres, postgresql";
    let archive_known = "sqlite, mongodb";
    let refused = [
        (rooms("kafka://me:secret@host/a"), "ROOMS_URL", "kafka", rooms_known),
        (rooms("mongodb://me:secret@host/a"), "ROOMS_URL", "mongodb", rooms_known),
        (log("postgres://me:secret@host/a"), "LOG_URL", "postgres", "sqlite, kafka"),
        (log("http://me:secret@host/a"), "LOG_URL", "http", "sqlite, kafka"),
        (archive("postgresql://me:secret@host/a"), "ARCHIVE_URL", "postgresql", archive_known),
        (archive("SQLITE://a.db"), "ARCHIVE_URL", "SQLITE", archive_known),
    ];
    for (urls, variable, scheme, known) in refused {
        let wanted = format!("{variable}: no storage is known for `{scheme}:`; known are: {known}");
        let error = refusal(&urls).await;
        assert_eq!(error.to_string(), wanted);
        assert!(error.source().is_none());
        assert_eq!(lock_node(&urls).unwrap_err().to_string(), wanted);
    }
}

#[tokio::test]
async fn nodes_share_what_lies_on_engines_and_lock_what_lies_in_files() {
    let files = Files::new();
    let path = files.path();
    let embedded = urls(&path);
    let postgres = "postgres://host/rooms".to_owned();
    let kafka = "kafka://host:9092".to_owned();
    assert!(!embedded.is_shared());
    let rooms = StorageUrls { rooms: postgres.clone(), ..embedded.clone() };
    let log = StorageUrls { log: kafka.clone(), ..embedded.clone() };
    assert!(!rooms.is_shared() && !log.is_shared());
    let both = StorageUrls { rooms: postgres, log: kafka, archive: embedded.archive };
    assert!(both.is_shared());

    let lock = lock_node(&both).unwrap();
    lock_node(&both).unwrap_err();
    drop(lock);
    let engines = StorageUrls { archive: "mongodb://host".to_owned(), ..both };
    let first = lock_node(&engines).unwrap();
    let second = lock_node(&engines).unwrap();
    drop((first, second));
}

#[tokio::test]
async fn each_port_may_lie_on_its_engine() {
    let (databases, archives) = (Databases::new(), MongoDatabases::new());
    let topics = Topics::new();
    let urls = StorageUrls {
        rooms: databases.url().await.into(),
        log: topics.url(&topics.name()),
        archive: archives.url().into(),
    };
    let storage = storage::open(&urls, Arc::new(SystemClock)).await.unwrap();
    storage.rooms.ping().await.unwrap();
    storage.log.watermarks(0).await.unwrap();
    let room = RoomId(Uuid::now_v7());
    assert_eq!(storage.archive.seal_of(room).await.unwrap(), None);
}

#[tokio::test]
async fn an_engine_that_starts_later_is_waited_for() {
    let databases = Databases::new();
    let (line, url) = Line::to_database(&databases.url().await).await;
    line.cut();
    let files = Files::new();
    let urls = StorageUrls { rooms: url.into(), ..urls(&files.path()) };
    let (opened, ()) = tokio::join!(storage::open(&urls, Arc::new(SystemClock)), async {
        line.refused().await;
        line.restore();
    });
    opened.unwrap().rooms.ping().await.unwrap();
}

#[tokio::test]
async fn a_url_that_names_no_file_is_refused() {
    let files = Files::new();
    let good = urls(&files.path());
    let bad = [
        ("", "LOG_URL: a URL is wanted, such as sqlite://data/movie-together.db"),
        ("data.db", "LOG_URL: a URL is wanted, such as sqlite://data/movie-together.db"),
        ("sqlite://", "LOG_URL: the path of a file is wanted after sqlite://"),
        ("sqlite://data/", "LOG_URL: the path of a file is wanted after sqlite://"),
        (
            "sqlite://a.db?synchronous=off",
            "LOG_URL: the only parameter is synchronous=full or synchronous=normal",
        ),
    ];
    for (log, wanted) in bad {
        let urls = StorageUrls { log: log.to_owned(), ..good.clone() };
        assert_eq!(refusal(&urls).await.to_string(), wanted);
    }
}

#[tokio::test]
async fn one_file_cannot_be_opened_in_two_ways() {
    let files = Files::new();
    let mut urls = urls(&files.path());
    urls.archive.push_str("?synchronous=normal");
    let error = refusal(&urls).await;
    assert!(matches!(error, OpenError::Differing { variable: "ARCHIVE_URL" }), "{error}");
    urls.rooms.push_str("?synchronous=normal");
    urls.log.push_str("?synchronous=normal");
    storage::open(&urls, Arc::new(SystemClock)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_named() {
    let files = Files::new();
    let in_the_way = files.path();
    std::fs::write(&in_the_way, "a file, not a directory").unwrap();
    let error = refusal(&urls(&in_the_way.join("below.db"))).await;
    assert_eq!(error.to_string(), "ROOMS_URL: the storage cannot be opened");
    assert!(error.source().is_some());

    let error = refusal(&urls(&in_the_way)).await;
    assert!(matches!(error, OpenError::Failed { .. }), "a file that is no database: {error}");
}

#[tokio::test]
async fn each_port_may_have_its_own_file() {
    let files = Files::new();
    let (rooms, log, archive) = (files.path(), files.path(), files.path());
    let urls = StorageUrls {
        rooms: urls(&rooms).rooms,
        log: urls(&log).log,
        archive: urls(&archive).archive,
    };
    let lock = lock_node(&urls).unwrap();
    storage::open(&urls, Arc::new(SystemClock)).await.unwrap();
    for path in [&rooms, &log, &archive] {
        assert!(path.exists(), "{} is not there", path.display());
        let error = lock_node(&files::urls(path)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("another node runs on {}", path.display())), "{error}");
    }
    drop(lock);
    drop(lock_node(&urls).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn openers_of_a_new_file_agree_on_one_log() {
    let files = Files::new();
    let path = files.path();
    let opened = join_all((0..6).map(|_| files::open(&path))).await;
    let epochs: Vec<&str> = opened.iter().map(|storage| storage.log.epoch()).collect();
    assert!(epochs.iter().all(|epoch| *epoch == epochs[0] && epoch.len() == 32), "{epochs:?}");
    assert_ne!(files.make().await.log.epoch(), epochs[0]);
}

#[tokio::test]
async fn another_crate_may_keep_its_tables_in_the_file() {
    let files = Files::new();
    let path = files.path();
    let mut other = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY);
         INSERT INTO _sqlx_migrations VALUES (1);",
    )
    .execute(&mut other)
    .await
    .unwrap();
    other.close().await.unwrap();
    files::open(&path).await;
    files::open(&path).await;
}
