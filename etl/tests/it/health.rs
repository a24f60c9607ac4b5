//! What tells whether the storage answers, and what Prometheus is told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Instant;

use storage::clock::{Clock, SystemClock};

use crate::binary::{DEADLINE, etl, etl_on, signal, stderr, wait};
use crate::world::{Place, World, at_places};

at_places! {
    a_storage_that_answers_is_healthy: file, mongo, engines;
    a_server_that_is_away_is_named: file;
}

async fn a_storage_that_answers_is_healthy(place: Place) {
    let world = World::new(place).await;
    let output = etl_on(&world).arg("health").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
}

async fn a_server_that_is_away_is_named(place: Place) {
    let world = World::new(place).await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (variable, url) in [
        ("ARCHIVE_URL", format!("mongodb://petr:secret@{nobody}/?serverSelectionTimeoutMS=100")),
        ("ROOMS_URL", format!("postgres://petr:secret@{nobody}/rooms")),
    ] {
        let output = etl_on(&world).arg("health").env(variable, url).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(variable), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn without_a_file_nothing_is_healthy() {
    let directory = tempfile::tempdir().unwrap();
    let output = etl(directory.path()).arg("health").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("there is no file"), "{}", stderr(&output));
}

#[tokio::test]
async fn on_a_schedule_passes_are_counted_for_prometheus() {
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = etl_on(&world);
    command.env("ETL_METRICS_LISTEN", address.to_string()).env("ETL_SCHEDULE", "* * * * * *");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();

    let deadline = Instant::now() + DEADLINE;
    let metrics = loop {
        let metrics = scrape(address).unwrap_or_default();
        if metrics.contains("etl_events_archived_total 2") {
            break metrics;
        }
        assert!(Instant::now() < deadline, "{metrics}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    for line in [
        "etl_rooms_sealed_total 1",
        "etl_failures_total 0",
        r#"etl_passes_total{result="complete"}"#,
        "etl_oldest_open_age_seconds 0",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    signal(&child, "-TERM");
    assert!(wait(&mut child).success());
}

fn scrape(address: std::net::SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: etl\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
