//! A bad setting stops the start, and its variable is named.

use std::process::Command;

use crate::server::{Server, options};

/// Runs the binary with one variable set; answers with what it complained about.
fn complaint(variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_movie-together"))
        .env_clear()
        .env("LISTEN", "127.0.0.1:0")
        .env("DATA_DIR", folder.path())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(!output.status.success(), "{variables:?} was taken");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn bad_settings_are_named() {
    for (variable, value) in [
        ("LISTEN", "nowhere"),
        ("PUBLIC_URL", "cinema.test"),
        ("PUBLIC_URL", "https://cinema.test/path"),
        ("ALLOWED_ORIGINS", "https://a.test,b"),
        ("TRUSTED_PROXIES", "proxy"),
        ("CONNECTIONS_MAX", "0"),
        ("USER_RATE", "0"),
        ("USER_BURST", "many"),
        ("ADDRESS_RATE", "-1"),
        ("ADDRESS_BURST", "0"),
        ("ROOMS_URL", "mysql://host/rooms"),
        ("LOG_URL", "data/log.db"),
        ("ARCHIVE_URL", "s3://bucket"),
        ("AUTH_URL", "ftp://auth"),
        ("UGC_URL", "ugc"),
        ("MOVIE_URL", "http://me:pw@movie"),
        ("NODE_URL", "ws://cinema.test/n1"),
        ("NODE_URL", "https://cinema.test/n1?node=1"),
        ("TICKET_SECRET", "short"),
        ("SHORTENER", "bitly"),
        ("ENDED_CLOSE", "soon"),
        ("EMPTY_CLOSE", "5"),
        ("ROOM_AGE_MAX", "-1h"),
        ("SESSION_GRACE", "10 parsecs"),
        ("RUST_LOG", "api=loud"),
        ("LOG_FORMAT", "xml"),
        ("SENTRY_DSN", "sentry"),
        ("SENTRY_TRACES_RATE", "2"),
    ] {
        let complaint = complaint(&[(variable, value)]);
        assert!(complaint.contains(variable), "{variable}={value}: {complaint}");
    }
    let complaint = complaint(&[("SHORTENER", "shlink")]);
    assert!(complaint.contains("SHORTENER_URL"), "{complaint}");
}

#[test]
fn nodes_that_may_not_be_alone_need_a_common_secret() {
    let shared = [
        ("ROOMS_URL", "postgres://127.0.0.1:1/rooms"),
        ("LOG_URL", "kafka://127.0.0.1:1/watch_together"),
    ];
    let complaint = complaint(&shared);
    assert!(complaint.contains("TICKET_SECRET"), "{complaint}");
}

#[test]
fn secrets_are_not_shown() {
    let complaint = complaint(&[("ROOMS_URL", "mysql://me:hunter2@host/rooms")]);
    assert!(!complaint.contains("hunter2"), "{complaint}");
}

#[tokio::test]
async fn a_second_node_on_the_embedded_state_is_refused() {
    let server = Server::start().await;
    let second = api::app::App::start(&options(server.folder(), &[])).await;
    assert!(matches!(second, Err(api::app::StartError::Storage(_))));
    server.stop().await;
}

#[tokio::test]
async fn empty_variables_are_none() {
    let empty = [
        "--auth-url=",
        "--public-url=",
        "--ticket-secret=",
        "--rooms-url=",
        "--media-dir=",
        "--allowed-origins=",
        "--trusted-proxies=",
        "--jwt-issuer=",
    ];
    let server = Server::with(&empty).await;
    assert!(server.public_url().starts_with("http://localhost:"));
    server.stop().await;
}
