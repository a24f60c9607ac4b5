//! The MongoDB-compatible server, built from `mongo/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use async_trait::async_trait;
use mongodb::Client;
use mongodb::bson::doc;
use mongodb::options::ClientOptions;

use super::{BoxError, Program};
use crate::error::StackError;
use crate::folder::Folder;
use crate::ports::free_port;
use crate::step::{self, Cache};

/// How long one request may take.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// The server, laid out.
pub(super) struct Mongodb {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Mongodb {
    pub(super) async fn lay_out(folder: &Folder) -> Result<Self, StackError> {
        let program = build().await?;
        fs::create_dir(folder.path().join("data"))
            .map_err(StackError::machine("no data folder for mongodb"))?;
        Ok(Self { program, folder: folder.path().to_owned(), port: free_port()? })
    }
}

#[async_trait]
impl Program for Mongodb {
    fn port(&self) -> u16 {
        self.port
    }

    fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}", self.port)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).env("DO_NOT_TRACK", "1");
        command.arg("-listen").arg(format!("127.0.0.1:{}", self.port)).args(["-folder", "data"]);
        command
    }

    async fn ask(&self) -> Result<(), BoxError> {
        let mut options = ClientOptions::parse(self.url()).await?;
        options.server_selection_timeout = Some(ANSWER_WAIT);
        let client = Client::with_options(options)?;
        let answer = client.database("admin").run_command(doc! { "ping": 1 }).await;
        client.shutdown().immediate(true).await;
        answer?;
        Ok(())
    }
}

/// The compiler has its own cache, and knows better than we do whether there is work.
async fn build() -> Result<PathBuf, StackError> {
    let cache = Cache::open("mongodb").await?;
    let program = cache.path().join("mongo");
    let mut go = Command::new("go");
    go.current_dir(step::source("mongo")).args(["build", "-o"]).arg(&program).arg(".");
    if !program.exists() {
        tracing::info!("building mongodb's stand-in, this once");
    }
    step::run("go build", go, &cache.path().join("log")).await?;
    Ok(program)
}
