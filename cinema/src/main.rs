//! The cinema as a server of its own.

use std::error::Error;
use std::io::{IsTerminal as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use cinema::{Cinema, CinemaOptions, NodelayAcceptor, SignInLimit, openapi_documents};
use clap::Parser;
use poem::web::Json;
use poem::{EndpointExt as _, Server, get, handler};
use schemas::http::DoneAnswer;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long requests in progress may take to end when the server is told to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a connection may stay open without a request.
const IDLE_TIMEOUT: Duration = Duration::from_mins(2);
const DATABASE_FILE: &str = "cinema.db";

/// Reference Auth, UGC and Movie services of Movie Together.
///
/// All state is in one SQLite file in the data folder. The first start makes it, and the key
/// that signs access tokens. Log lines go to standard error; `RUST_LOG` chooses them.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8001")]
    listen: SocketAddr,

    /// Folder of the database; made when absent.
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    data_dir: PathBuf,

    /// Folder whose mp4, m4v, mov, webm, mkv and m3u8 files become films at the start.
    #[arg(long, env = "MEDIA_DIR")]
    media_dir: Option<PathBuf>,

    /// What addresses of media and the tokens' `iss` begin with; `http://LISTEN` when absent.
    #[arg(long, env = "PUBLIC_URL")]
    public_url: Option<String>,

    /// Tries to sign up, log in or refresh that one address has at once.
    #[arg(long, env = "SIGN_IN_BURST", default_value_t = SignInLimit::default().burst)]
    sign_in_burst: std::num::NonZeroU32,

    /// Such tries that come back each second.
    #[arg(long, env = "SIGN_IN_PER_SECOND", default_value_t = SignInLimit::default().per_second)]
    sign_in_per_second: std::num::NonZeroU32,

    /// Write the services' OpenAPI documents into this folder, and end.
    #[arg(long, value_name = "DIR")]
    openapi: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.openapi {
        Some(folder) => write_documents(folder),
        None => serve(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            writeln!(std::io::stderr(), "error: {}", chain(&*error)).unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_unset| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let listener = TcpListener::bind(arguments.listen)
        .map_err(|error| format!("LISTEN: {} cannot be listened on: {error}", arguments.listen))?;
    let address = listener.local_addr()?;
    let public_url = arguments.public_url.unwrap_or_else(|| format!("http://{address}"));
    let cinema = Cinema::open(CinemaOptions {
        media_dir: arguments.media_dir,
        sign_in_limit: SignInLimit {
            burst: arguments.sign_in_burst,
            per_second: arguments.sign_in_per_second,
        },
        ..CinemaOptions::new(arguments.data_dir.join(DATABASE_FILE), public_url)
    })
    .await?;
    let route = cinema.route().at("/health/ready", get(ready));
    let endpoint = route.catch_all_error(cinema::refuse);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    };
    tracing::info!(%address, "listening");
    Server::new_with_acceptor(NodelayAcceptor::new(listener)?)
        .idle_timeout(IDLE_TIMEOUT)
        .run_with_graceful_shutdown(endpoint, stop, Some(SHUTDOWN_TIMEOUT))
        .await?;
    Ok(())
}

/// What balancers and containers ask; the cinema is ready as soon as it answers.
#[handler]
fn ready() -> Json<DoneAnswer> {
    Json(DoneAnswer { success: true, errors: vec![] })
}

fn write_documents(folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in openapi_documents() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// The error and what caused it, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
