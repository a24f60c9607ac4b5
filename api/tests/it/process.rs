//! The process: its first line, its end, and what it tells Sentry.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Longest wait for anything of another process.
const PATIENCE: Duration = Duration::from_mins(1);

fn command(folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_movie-together"));
    command
        .env_clear()
        .env("DATA_DIR", folder)
        .env("LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    line
}

#[test]
fn it_says_where_it_is_and_ends_when_told() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command(folder.path()).env("SENTRY_DSN", "").spawn().unwrap();
        let line = first_line(&mut child);
        let port = line
            .strip_prefix("Movie Together is at http://localhost:")
            .unwrap_or_else(|| panic!("{line}"))
            .trim();
        let mut page = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        page.set_read_timeout(Some(PATIENCE)).unwrap();
        page.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut status = [0; 12];
        page.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        let told = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
        assert!(child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn errors_reach_sentry_before_the_process_ends() {
    let sentry = TcpListener::bind("127.0.0.1:0").unwrap();
    let dsn = format!("http://key@{}/42", sentry.local_addr().unwrap());
    // The port is taken, so the start fails and the process ends at once.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let child = command(folder.path())
        .env("LISTEN", taken.local_addr().unwrap().to_string())
        .env("SENTRY_DSN", dsn)
        .env("SENTRY_ENVIRONMENT", "test")
        .spawn()
        .unwrap();
    let (path, body) = receive(&sentry);
    let ended = child.wait_with_output().unwrap();
    assert!(!ended.status.success());
    assert_eq!(path, "/api/42/envelope/");
    let lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[1]["type"], "event");
    let event = &lines[2];
    assert_eq!(event["environment"], "test");
    assert_eq!(event["message"], "the server did not start");
    assert!(event.to_string().contains("LISTEN: cannot listen"), "{event}");
}

/// Takes one request as Sentry would; answers with its path and body.
fn receive(sentry: &TcpListener) -> (String, String) {
    let (mut stream, _) = sentry.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
    (path, String::from_utf8(body).unwrap())
}

#[test]
fn its_health_can_be_asked_without_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path()).spawn().unwrap();
    let line = first_line(&mut child);
    let port = line.trim().rsplit(':').next().unwrap().to_owned();
    let is_healthy = || {
        let mut asked = Command::new(env!("CARGO_BIN_EXE_movie-together"));
        asked.env_clear().env("LISTEN", format!("127.0.0.1:{port}")).arg("health");
        asked.output().unwrap().status.success()
    };
    assert!(is_healthy());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!is_healthy());
}
