//! The binary, as scripts use it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::proc::{family, folder, is_alive, until};

fn stack(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_movie-together-stack"));
    for variable in ["TEST_ROOMS_URL", "TEST_LOG_URL", "TEST_ARCHIVE_URL"] {
        command.env_remove(variable);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

fn signal(name: &str, pid: u32) {
    assert!(Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap().success());
}

/// The first line that it prints, and what it prints after that.
fn line(child: &mut Child) -> (String, impl Read + use<>) {
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    (line.trim().to_owned(), said)
}

/// The engines that the binary started.
fn engines(child: &Child) -> Vec<u32> {
    let started = family(child.id()).into_iter().skip(1);
    let name = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
    started.filter(|pid| !["sh\n", "sleep\n"].contains(&name(*pid).as_str())).collect()
}

#[test]
fn a_command_finds_the_engines_and_its_exit_code_is_passed_on() {
    let script = "echo $TEST_ROOMS_URL $TEST_ARCHIVE_URL $TEST_LOG_URL; exit 7";
    let given = "kafka://elsewhere:9092";
    let run = ["run", "--engines", "postgres,kafka", "--", "sh", "-c", script];
    let output = stack(&run).env("TEST_LOG_URL", given).output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    let said = String::from_utf8(output.stdout).unwrap();
    let urls: Vec<&str> = said.split_whitespace().collect();
    assert!(urls[0].starts_with("postgres://postgres@127.0.0.1:"), "{said}");
    assert_eq!(urls[1..], [given]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("postgres is ready") && !told.contains("kafka"), "{told}");
}

#[test]
fn a_command_that_does_not_exist_is_named() {
    let output = stack(&["run", "--engines", "postgres", "--", "/no/such/command"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error: /no/such/command: "), "{said}");
}

#[test]
fn told_to_end_it_ends_the_command_and_the_engines() {
    let run = ["run", "--engines", "mongodb", "--", "sh", "-c", "echo started; sleep 1000"];
    let mut child = stack(&run).stdout(Stdio::piped()).spawn().unwrap();
    let (started, mut said) = line(&mut child);
    assert_eq!(started, "started");
    let engine = engines(&child)[0];
    let folder = folder(engine);
    signal("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
    assert!(!folder.exists() && !is_alive(engine));
    // It ends only once nobody is left who could write.
    assert_eq!(said.read_to_end(&mut Vec::new()).unwrap(), 0);
}

#[test]
fn killed_it_leaves_neither_engine_nor_folder() {
    let mut child = stack(&["up", "--engines", "postgres"]).stdout(Stdio::piped()).spawn().unwrap();
    assert!(line(&mut child).0.starts_with("export TEST_ROOMS_URL=postgres://"));
    let engine = engines(&child)[0];
    let (all, folder) = (family(engine), folder(engine));
    child.kill().unwrap();
    child.wait().unwrap();
    until("the engine is gone", || !all.iter().any(|pid| is_alive(*pid)));
    until("the folder is gone", || !folder.exists());
}
