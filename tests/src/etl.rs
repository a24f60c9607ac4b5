//! The archive pass, as a process.

use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use crate::server::{Server, binary};
use crate::wait_for::PATIENCE;

/// Runs one pass over a server's storage, without any soak time; its report.
pub async fn run_etl(server: &Server) -> Value {
    let mut command = Command::new(binary("movie-together-etl"));
    command
        .arg("--once")
        .env_clear()
        .env("DATA_DIR", server.folder().join("data"))
        .envs(server.storage_variables())
        .env("ETL_SOAK", "0s")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.expect("the pass should end");
    let output = output.expect("the pass should start");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let said = String::from_utf8_lossy(&output.stdout);
    let report = said.lines().last().unwrap_or_default();
    serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {said}\n{errors}"))
}
