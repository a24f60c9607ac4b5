//! What is opened, and what is refused with which words.

use std::error::Error;
use std::sync::Arc;

use futures_util::future::join_all;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use storage::clock::SystemClock;
use storage::{OpenError, StorageUrls, lock_node};

use crate::files::{self, Files, urls};

async fn refusal(urls: &StorageUrls) -> OpenError {
    storage::open(urls, Arc::new(SystemClock)).await.err().unwrap()
}

#[tokio::test]
async fn an_unknown_scheme_is_refused_by_name_without_showing_the_url() {
    let files = Files::new();
    let good = urls(&files.path());
    let secret = "postgres://me:secret@host/rooms".to_owned();
    let refused = [
        ("ROOMS_URL", StorageUrls { rooms: secret.clone(), ..good.clone() }),
        ("LOG_URL", StorageUrls { log: secret.clone(), ..good.clone() }),
        ("ARCHIVE_URL", StorageUrls { archive: secret, ..good }),
    ];
    for (variable, urls) in refused {
        let wanted = format!("{variable}: no storage is known for `postgres:`; known are: sqlite");
        let error = refusal(&urls).await;
        assert_eq!(error.to_string(), wanted);
        assert!(error.source().is_none());
        assert_eq!(lock_node(&urls).unwrap_err().to_string(), wanted);
    }
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
