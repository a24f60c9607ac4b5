//! The real server, as a process.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Once;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::answer::Answer;
use crate::person::Person;
use crate::wait_for::{PATIENCE, until};

/// What a server prints once it listens.
const ADDRESS_LINE: &str = "Movie Together is at ";
/// Name the engines.
const STORAGE_VARIABLES: [&str; 3] = ["ROOMS_URL", "LOG_URL", "ARCHIVE_URL"];
/// Every test comes from one address, which must not be taken for an attacker.
const MANY: &str = "100000";

/// A server with a folder of its own; both end with it.
pub struct Server {
    child: Child,
    folder: TempDir,
    variables: Vec<(String, String)>,
    port: u16,
    public_url: String,
    http: reqwest::Client,
}

impl Server {
    /// A server with the default options, but for the rate limits.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with other environment variables.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server");
        let usual = ["ADDRESS_RATE", "ADDRESS_BURST", "USER_RATE", "USER_BURST"];
        let usual = usual.iter().map(|name| (*name, MANY));
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let variables: Vec<_> = usual.chain(variables.iter().copied()).map(owned).collect();
        let (child, public_url) = spawn(folder.path(), &variables, 0).await;
        let port = public_url.rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("no port in {public_url}"));
        let server = Self { child, folder, variables, port, public_url, http: http_client() };
        server.ready().await;
        server
    }

    /// What links begin with, which is also the origin of its page.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Where it listens, without asking a resolver.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The variables that say where its rows, log and archive are, as far as they are not in its
    /// folder.
    pub fn storage_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.variables.iter().map(|(name, url)| (name.as_str(), url.as_str()));
        variables.filter(|(name, _)| STORAGE_VARIABLES.contains(name))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the server should be running")
    }

    /// What it logged so far.
    pub fn logged(&self) -> String {
        fs::read_to_string(log_path(self.folder())).unwrap_or_default()
    }

    /// A client that follows no redirects.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// `GET` without a token.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.address() + path)).await
    }

    /// A new account.
    pub async fn sign_up(&self, name: &str) -> Person {
        Person::sign_up(self, name).await
    }

    /// The value of a metric, such as `relay_ends_total{reason="slow"}`; 0 if it is absent.
    pub async fn metric(&self, name: &str) -> f64 {
        let answer = self.get("/metrics").await;
        let line = answer.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.trim().parse().expect("a metric is a number"))
    }

    /// Ends it as a power cut would.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server should be killable");
    }

    /// Asks it to end, as a service manager would.
    pub async fn terminate(&mut self) {
        self.signal("TERM").await;
    }

    /// Stops it where it stands, as a machine that sleeps would.
    pub async fn hold(&self) {
        self.signal("STOP").await;
    }

    /// Lets it go on after [`Self::hold`].
    pub async fn go_on(&self) {
        self.signal("CONT").await;
    }

    async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("the server should be running");
        let asked = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
        assert!(asked.await.expect("kill should run").success());
    }

    /// How it ended; none if it did not within a time.
    pub async fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        timeout(patience, self.child.wait()).await.ok()?.ok()
    }

    /// Starts it again on the same port and folder.
    pub async fn restart(&mut self) {
        (self.child, _) = spawn(self.folder.path(), &self.variables, self.port).await;
        self.ready().await;
    }

    /// Starts a second server on this one's folder, which must fail; what it said.
    pub async fn second_refused(&self) -> String {
        let mut command = command(self.folder.path(), &self.variables, 0);
        let second = command.stderr(Stdio::piped()).output();
        let output = timeout(PATIENCE, second).await.expect("it should end").expect("it starts");
        assert!(!output.status.success(), "a second node runs on the same file");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    async fn ready(&self) {
        until("the server is ready", async || {
            let request = self.http.get(self.address() + "/health/ready");
            Answer::try_of(request).await.filter(|answer| answer.status == 200)
        })
        .await;
    }
}

/// Where a binary lies: in `MOVIE_TOGETHER_BIN`, or where this test or program was built.
pub(crate) fn binary(name: &str) -> PathBuf {
    let folder = env::var_os("MOVIE_TOGETHER_BIN").map_or_else(
        || build_folder(&env::current_exe().expect("a program knows where it is")).to_owned(),
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build --workspace --bins` first, or set MOVIE_TOGETHER_BIN",
        path.display()
    );
    path
}

/// Where programs are built, by the place of one; tests lie one folder deeper.
fn build_folder(own: &Path) -> &Path {
    let folder = own.parent().expect("a program lies in a folder");
    folder.parent().filter(|_| folder.ends_with("deps")).unwrap_or(folder)
}

pub(crate) fn http_client() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let provider = rustls::crypto::ring::default_provider();
        provider.install_default().expect("no other provider is installed");
    });
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.timeout(PATIENCE).build().expect("a client")
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

fn command(folder: &Path, variables: &[(String, String)], port: u16) -> Command {
    let mut command = Command::new(binary("movie-together"));
    command
        .env_clear()
        .env("DATA_DIR", folder.join("data"))
        .env("LISTEN", format!("127.0.0.1:{port}"))
        .envs(variables.iter().cloned())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn spawn(folder: &Path, variables: &[(String, String)], port: u16) -> (Child, String) {
    let log: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log_path(folder))
        .expect("the server's log can be written");
    let mut command = command(folder, variables, port);
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("it should start");
    let stdout = child.stdout.take().expect("its output is a pipe");
    let mut lines = BufReader::new(stdout).lines();
    let public_url = timeout(PATIENCE, address(&mut lines)).await.ok().flatten();
    let public_url = public_url.unwrap_or_else(|| {
        let logged = fs::read_to_string(log_path(folder)).unwrap_or_default();
        panic!("the server did not say where it is:\n{logged}")
    });
    // Logs go there too; a full pipe would stop the server.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, public_url)
}

async fn address(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<String> {
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = line.strip_prefix(ADDRESS_LINE) {
            return Some(address.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Programs once looked one folder too high, so that `make faults` found no server.
    #[test]
    fn tests_and_programs_look_in_the_same_folder() {
        for own in ["/target/debug/deps/it-1234", "/target/debug/movie-together-faults"] {
            assert_eq!(build_folder(Path::new(own)), Path::new("/target/debug"), "{own}");
        }
    }
}
