//! The compose files are what Docker reads, and set what the binaries know.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const SECRETS: [(&str, &str); 2] =
    [("TICKET_SECRET", "0123456789abcdef0123456789abcdef"), ("POSTGRES_PASSWORD", "word")];
/// Every service of ours, and its binary.
const OURS: [(&str, &str); 4] = [
    ("api-1", "movie-together"),
    ("api-2", "movie-together"),
    ("etl", "movie-together-etl"),
    ("cinema", "movie-together-cinema"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What the files come to, or why they are refused.
fn loaded(files: &[&str], variables: &[(&str, &str)]) -> Result<Value, String> {
    let mut go = Command::new("go");
    go.current_dir(root().join("tests/stack/compose")).args(["run", "."]);
    go.args(files.iter().map(|file| root().join(file))).envs(variables.iter().copied());
    let output = go.output().unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

/// Beside the tests' own.
fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let path = own.ancestors().nth(2).unwrap().join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build --workspace --bins` first",
        path.display()
    );
    path
}

fn help(name: &str) -> String {
    String::from_utf8(Command::new(binary(name)).arg("--help").output().unwrap().stdout).unwrap()
}

#[test]
fn docker_would_take_the_files() {
    let project = loaded(&["docker-compose.yml"], &SECRETS).unwrap();
    for (name, service) in project["services"].as_object().unwrap() {
        let check = &service["healthcheck"]["test"];
        assert!(check.is_array(), "`up --wait` would not wait until {name} is ready");
        for (needed, how) in service["depends_on"].as_object().into_iter().flatten() {
            assert_eq!(how["condition"], "service_healthy", "{name} needs {needed}");
        }
    }
    for file in ["Dockerfile", "deploy/Caddyfile"] {
        assert!(root().join(file).is_file(), "{file}");
    }
    loaded(&["docker-compose.yml", "deploy/engines.yml"], &SECRETS).unwrap();
}

#[test]
fn a_secret_that_is_not_set_is_named() {
    for (missing, _) in SECRETS {
        let given: Vec<_> = SECRETS.into_iter().filter(|(name, _)| *name != missing).collect();
        let refused = loaded(&["docker-compose.yml"], &given).unwrap_err();
        assert!(refused.contains(missing) && refused.contains(".env"), "{refused}");
    }
}

#[test]
fn every_variable_is_an_option_of_its_binary() {
    let project = loaded(&["docker-compose.yml"], &SECRETS).unwrap();
    for (service, name) in OURS {
        let help = help(name);
        let variables = project["services"][service]["environment"].as_object().unwrap();
        for variable in variables.keys() {
            let is_known = ["[env: {}=", "[env: {}]", "`{}`"]
                .iter()
                .any(|form| help.contains(&form.replace("{}", variable)));
            assert!(is_known, "{name} knows no {variable}");
        }
    }
}

/// The health check reads all settings before it asks anyone, so it ends with 2 if a value is
/// refused, and with 1 because nobody listens here.
#[test]
fn every_value_is_one_that_a_node_takes() {
    let project = loaded(&["docker-compose.yml"], &SECRETS).unwrap();
    for service in ["api-1", "api-2"] {
        let variables = project["services"][service]["environment"].as_object().unwrap();
        let variables = variables.iter().map(|(name, value)| (name, value.as_str().unwrap()));
        let mut check = Command::new(binary("movie-together"));
        check.env_clear().envs(variables).args(["--listen", "127.0.0.1:1", "health"]);
        let output = check.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
}

#[test]
fn the_example_names_every_variable_that_the_files_read() {
    let example = std::fs::read_to_string(root().join(".env.example")).unwrap();
    let files = std::fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    for part in files.split("${").skip(1) {
        let name = part.split([':', '}']).next().unwrap();
        let is_named =
            [format!("\n{name}="), format!("\n#{name}=")].iter().any(|line| example.contains(line));
        assert!(is_named, "{name}");
    }
}
