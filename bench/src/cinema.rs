//! The reference cinema as a process of its own, for servers that share one.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;
use tokio::time::sleep;

use crate::Result;
use crate::api::Api;
use crate::people::People;
use crate::process::{PAUSE, Process, START_TIMEOUT};
use crate::server::scratch;

/// A cinema that runs; it ends with the value.
pub(crate) struct Cinema {
    _process: Process,
    address: SocketAddr,
    data: TempDir,
}

impl Cinema {
    /// Starts a cinema in a data folder of its own and waits until it answers.
    pub(crate) async fn start(binary: &Path, folder: &Path) -> Result<Self> {
        let data = scratch(folder)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let data_dir = data.path().to_string_lossy();
        let arguments = ["--listen", &address.to_string(), "--data-dir", &data_dir];
        let arguments = arguments.map(ToOwned::to_owned);
        let process = Process::start(binary, data.path(), &arguments)?;
        let api = Api::new(address)?;
        while let Err(error) = api.key_id().await {
            if process.started_at() + START_TIMEOUT < Instant::now() {
                return Err(process.failed(&format!("did not start ({error})")));
            }
            sleep(PAUSE).await;
        }
        Ok(Self { _process: process, address, data })
    }

    /// What its addresses and the issuer of its tokens begin with.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its tables and signing key.
    pub(crate) async fn people(&self) -> Result<People> {
        People::open(&self.data.path().join("cinema.db"), self.url(), &self.api()?).await
    }

    /// Calls it.
    pub(crate) fn api(&self) -> Result<Api> {
        Api::new(self.address)
    }
}
