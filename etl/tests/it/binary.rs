//! The built binary: its options, exit codes, report line and end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use storage::clock::{Clock, SystemClock};

use crate::world::{FILE, Place, World, copy_file};

/// Longest wait for a process to do what it should.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// The binary on a folder, with limits as small as those of `world::small`.
pub(crate) fn etl(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_movie-together-etl"));
    command
        .env_clear()
        .env("DATA_DIR", directory)
        .env("ETL_SOAK", "0s")
        .env("ETL_READ_RECORDS", "3")
        .env("ETL_INSERT_EVENTS", "2")
        .env("ETL_GROUP_RECORDS", "9")
        .env("ETL_WORKERS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The same on a world, wherever it lies.
pub(crate) fn etl_on(world: &World) -> Command {
    let urls = &world.ground.urls;
    let mut command = etl(world.directory());
    command
        .env("ROOMS_URL", &urls.rooms)
        .env("LOG_URL", &urls.log)
        .env("ARCHIVE_URL", &urls.archive)
        .env("ETL_UNKNOWN_ROOM_HOLD", world.place.unknown_room_hold());
    command
}

/// One pass, run to its end.
pub(crate) fn once(directory: &Path) -> Output {
    etl(directory).arg("--once").output().expect("the binary runs")
}

/// One pass on a world, run to its end.
pub(crate) fn once_on(world: &World) -> Output {
    etl_on(world).arg("--once").output().expect("the binary runs")
}

/// The report lines on stdout.
pub(crate) fn reports(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(name).arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
}

/// Waits for the end of a process; it must come by itself.
pub(crate) fn wait(child: &mut Child) -> std::process::ExitStatus {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().expect("killed");
            panic!("the process did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn one_pass_reports_one_line_and_ends_with_success() {
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let room = world.open_room(0).await;
    world.say(&room, 1, "a secret line").await;
    world.close(&room).await;

    let output = once(world.directory());

    assert!(output.status.success(), "{}", stderr(&output));
    let reports = reports(&output);
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["rooms_sealed"], 1);
    assert_eq!(reports[0]["events_archived"], 3);
    assert!(stderr(&output).contains("pass over"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("secret"));
    assert_eq!(world.archived(&room).await.map(|events| events.len()), Some(3));
}

#[tokio::test]
async fn a_failed_room_shows_in_the_exit_code() {
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    world.storage.log.truncate(0, 1).await.unwrap();

    let output = once(world.directory());

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(reports(&output)[0]["failures_total"], 1);
    assert_eq!(reports(&output)[0]["failures"][0]["room"], room.id.to_string());
}

#[test]
fn without_a_file_one_pass_fails_and_makes_none() {
    let directory = tempfile::tempdir().unwrap();
    let output = once(directory.path());
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("ROOMS_URL: there is no file"), "{text}");
    assert!(text.contains(FILE), "{text}");
    assert!(!directory.path().join(FILE).exists());
}

#[test]
fn a_bad_variable_is_named() {
    let directory = tempfile::tempdir().unwrap();
    for (variable, value) in
        [("ETL_SOAK", "soon"), ("ETL_SCHEDULE", "often"), ("SENTRY_DSN", "x"), ("ETL_WORKERS", "0")]
    {
        let output = etl(directory.path()).env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(variable), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn an_unknown_storage_names_its_variable() {
    let world = World::new(Place::File).await;
    let mut command = etl(world.directory());
    let output = command.arg("--once").env("LOG_URL", "cassette://side-a").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("LOG_URL"), "{}", stderr(&output));
}

#[test]
fn help_tells_every_variable() {
    let directory = tempfile::tempdir().unwrap();
    let output = etl(directory.path()).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for variable in [
        "ROOMS_URL",
        "LOG_URL",
        "ARCHIVE_URL",
        "DATA_DIR",
        "ETL_SCHEDULE",
        "ETL_SOAK",
        "ETL_UNKNOWN_ROOM_HOLD",
        "ETL_READ_RECORDS",
        "ETL_READ_BYTES",
        "ETL_INSERT_EVENTS",
        "ETL_GROUP_RECORDS",
        "ETL_GROUP_BYTES",
        "ETL_WORKERS",
        "ETL_METRICS_LISTEN",
        "SENTRY_DSN",
        "LOG_FORMAT",
        "RUST_LOG",
        "--once",
    ] {
        assert!(help.contains(variable), "{variable}");
    }
}

#[tokio::test]
async fn on_a_schedule_it_waits_for_the_file_and_ends_on_sigterm() {
    let seed = World::at(Place::File, SystemClock.now_ms()).await;
    let room = seed.open_room(0).await;
    seed.close(&room).await;
    let directory = tempfile::tempdir().unwrap();
    let mut command = etl(directory.path());
    let mut child = command.env("ETL_SCHEDULE", "* * * * * *").spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
    let waiting = errors.find(|line| line.as_ref().unwrap().contains("waiting for the file"));
    assert!(waiting.is_some());

    copy_file(seed.directory(), directory.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let sealed = lines.find(|line| line.as_ref().unwrap().contains(r#""rooms_sealed":1"#));
    assert!(sealed.is_some());

    signal(&child, "-TERM");
    assert!(wait(&mut child).success());
    let copy = World::copy_of_folder(Place::File, directory.path(), &seed.clock).await;
    assert_eq!(copy.archived(&room).await.map(|events| events.len()), Some(2));
}

#[test]
fn logs_can_be_json() {
    let directory = tempfile::tempdir().unwrap();
    let output = etl(directory.path()).arg("--once").env("LOG_FORMAT", "json").output().unwrap();
    let lines = stderr(&output);
    assert_ne!(lines, "");
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["level"], "ERROR");
        assert!(line["message"].is_string(), "not as flat as a node's: {line}");
    }
}
