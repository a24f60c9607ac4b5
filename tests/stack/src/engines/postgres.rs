//! Postgres, as the machine's packages brought it.

use std::env;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use async_trait::async_trait;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use sqlx::{Connection as _, PgConnection};

use super::{BoxError, Program};
use crate::error::StackError;
use crate::folder::Folder;
use crate::ports::free_port;
use crate::step;

/// Where Debian keeps the versions, each in a folder of its number.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Postgres refuses to run as root; it runs as the first of these that exists.
const USERS: [&str; 2] = ["postgres", "nobody"];
const DATA_MODE: u32 = 0o700;
/// For tests that run side by side, each with a few pools.
const CONNECTIONS_MAX: u16 = 200;

/// The answer about a process that is none any more.
const GONE: nix::Result<()> = Err(Errno::ESRCH);

/// Postgres, laid out.
pub(super) struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    user: Option<User>,
    port: u16,
}

impl Postgres {
    pub(super) async fn lay_out(folder: &Folder) -> Result<Self, StackError> {
        let programs =
            programs().ok_or(StackError::Missing { program: "initdb", package: "postgresql" })?;
        let user = if geteuid().is_root() { unprivileged() } else { None };
        let data = folder.path().join("data");
        make(&data, user.as_ref()).map_err(StackError::machine("no data folder for postgres"))?;
        let postgres = Self { programs, data, user, port: free_port()? };
        let mut initdb = postgres.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
        initdb.args(["--no-sync", "--no-instructions", "--pgdata=."]);
        step::run("initdb", initdb, &folder.log()).await?;
        Ok(postgres)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.data).env_clear();
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }
}

#[async_trait]
impl Program for Postgres {
    fn port(&self) -> u16 {
        self.port
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Without fsync: what was committed is in the kernel's hands, and outlives any kill.
    fn command(&self) -> Command {
        let mut command = self.program("postgres");
        command.arg("-D").arg(&self.data).arg("-p").arg(self.port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "full_page_writes=off",
            &format!("max_connections={CONNECTIONS_MAX}"),
        ] {
            command.args(["-c", setting]);
        }
        command
    }

    /// On SIGTERM it would wait for its clients to go.
    fn end_signal(&self) -> Signal {
        Signal::SIGINT
    }

    /// Unlike a kill, this gives its shared memory back to the kernel.
    fn abort_signal(&self) -> Signal {
        Signal::SIGQUIT
    }

    /// Postgres itself clears away what a killed one left, unless that one's number belongs to
    /// another process by now.
    fn clean(&self) -> io::Result<()> {
        let path = self.data.join("postmaster.pid");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            text => text?,
        };
        let number = text.lines().next().and_then(|line| line.trim().parse().ok());
        let is_taken = number.is_some_and(|number| kill(Pid::from_raw(number), None) != GONE);
        if is_taken { fs::remove_file(path) } else { Ok(()) }
    }

    async fn ask(&self) -> Result<(), BoxError> {
        let mut connection = PgConnection::connect(&self.url()).await?;
        sqlx::query("SELECT 1").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }
}

/// The folder of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let numbered = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin")))
    });
    let complete = |folder: &Path| folder.join("initdb").is_file();
    let newest = numbered.filter(|(_, folder)| complete(folder)).max().map(|(_, folder)| folder);
    newest.or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find(|folder| complete(folder))
    })
}

fn unprivileged() -> Option<User> {
    USERS.iter().find_map(|name| User::from_name(name).ok().flatten())
}

fn make(data: &Path, owner: Option<&User>) -> io::Result<()> {
    DirBuilder::new().mode(DATA_MODE).create(data)?;
    match owner {
        Some(user) => chown(data, Some(user.uid.as_raw()), Some(user.gid.as_raw())),
        None => Ok(()),
    }
}
