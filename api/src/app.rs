//! The whole server, built by one function for `main` and for tests.
//!
//! The port is bound first, so that nothing else can take it and early requests wait instead
//! of being refused; they are answered once everything stands.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cinema::{Cinema, CinemaError, CinemaOptions};
use clients::{BadBaseUrl, BaseUrl, HttpAuth, HttpFactory, HttpMovie, HttpOptions, HttpUgc};
use metrics_exporter_prometheus::BuildError;
use poem::{Route, Server};
use storage::NodeLock;
use storage::clock::{Clock, SystemClock};
use storage::log::BoxError;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::acceptor::NodeAcceptor;
use crate::http::{FORGET_EVERY, HttpParts, Origins, RateLimits, endpoint};
use crate::identity::Identity;
use crate::options::{BadOption, Options, Settings};
use crate::services::{Ports, RelayOptions, Services, ServicesOptions};
use crate::telemetry::Metrics;

/// How long requests that are under way may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the whole of stopping may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(9);
/// How often metrics are folded.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Option(#[from] BadOption),
    /// The address is taken, or not ours.
    #[error("LISTEN: cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The state cannot be opened.
    #[error(transparent)]
    Storage(#[from] storage::OpenError),
    /// The embedded cinema cannot be opened.
    #[error("the embedded cinema cannot be opened")]
    Cinema(#[from] CinemaError),
    /// The machine's roots of trust cannot be loaded.
    #[error("no HTTP client can be built")]
    Clients(#[from] reqwest::Error),
    /// The bound address cannot be called.
    #[error("the embedded cinema cannot be addressed")]
    Address(#[from] BadBaseUrl),
    /// The metrics cannot be recorded.
    #[error("the metrics cannot be recorded")]
    Metrics(#[from] BuildError),
    /// The use cases cannot be started.
    #[error("the services cannot be started")]
    Services(#[source] BoxError),
}

/// A running server.
pub struct App {
    address: SocketAddr,
    public_url: String,
    services: Arc<Services>,
    stopping: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
    _lock: NodeLock,
}

impl App {
    /// Binds, builds and serves.
    pub async fn start(options: &Options) -> Result<Self, StartError> {
        let listen = options.network.listen;
        let failed = |source| StartError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let settings = options.settle(address)?;
        options.log(&settings);

        let metrics = Metrics::start()?;
        let lock = storage::lock_node(&settings.storage)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ports = ports(options, &settings, address, Arc::clone(&clock)).await?;
        let cinema = cinema(options, &settings).await?;
        let identity = Identity::new(Arc::clone(&ports.auth), settings.identity.clone());
        let services = Services::start(ports, services_options(options, &settings, clock));
        let services = services.await.map_err(StartError::Services)?;
        let limits = Arc::new(RateLimits::new(settings.user_rate, settings.address_rate));
        let endpoint = endpoint(
            HttpParts {
                services: Arc::clone(&services),
                identity: Arc::new(identity),
                limits: Arc::clone(&limits),
                origins: Arc::new(Origins::new(settings.allowed_origins)),
                trusted_proxies: settings.trusted_proxies,
                metrics: metrics.clone(),
            },
            cinema,
        );
        let acceptor = NodeAcceptor::new(listener, options.network.connections_max);
        let acceptor = acceptor.map_err(failed)?;
        let stopping = CancellationToken::new();
        let stop = stopping.clone().cancelled_owned();
        let server = Server::new_with_acceptor(acceptor);
        let server = server.run_with_graceful_shutdown(endpoint, stop, Some(DRAIN_TIMEOUT));
        Ok(Self {
            address,
            public_url: settings.public_url,
            services,
            server: tokio::spawn(server),
            upkeep: tokio::spawn(upkeep(metrics, limits, stopping.clone())),
            stopping,
            _lock: lock,
        })
    }

    /// The address that is bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What links begin with; no slash at the end.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Stops accepting, closes the sockets, flushes the log; within [`STOP_TIMEOUT`].
    pub async fn stop(self) {
        self.stopping.cancel();
        let stopping = async {
            self.services.stop().await;
            match self.server.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "server failed");
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "server died");
                }
            }
            drop(self.upkeep.await);
        };
        if timeout(STOP_TIMEOUT, stopping).await.is_err() {
            tracing::warn!("stopping took too long");
        }
    }
}

/// The storage and the clients, each by its own URL.
async fn ports(
    options: &Options,
    settings: &Settings,
    address: SocketAddr,
    clock: Arc<dyn Clock>,
) -> Result<Ports, StartError> {
    let storage = storage::open(&settings.storage, clock).await?;
    let http = HttpFactory::new(HttpOptions::default())?;
    let own: BaseUrl = own_url(address).parse()?;
    let or_own = |url: &Option<BaseUrl>| url.clone().unwrap_or_else(|| own.clone());
    Ok(Ports {
        rooms: storage.rooms,
        log: storage.log,
        archive: storage.archive,
        auth: Arc::new(HttpAuth::new(or_own(&settings.auth), &http)),
        ugc: Arc::new(HttpUgc::new(or_own(&settings.ugc), &http)),
        movie: Arc::new(HttpMovie::new(or_own(&settings.movie), &http)),
        shortener: options.shortener(&http)?,
    })
}

/// Where this process reaches itself, whatever `PUBLIC_URL` says to others.
pub(crate) fn own_url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    format!("http://{address}")
}

/// The embedded cinema's routes; none if every service behind is a real one.
async fn cinema(options: &Options, settings: &Settings) -> Result<Route, StartError> {
    let is_used = settings.auth.is_none() || settings.ugc.is_none() || settings.movie.is_none();
    if !is_used {
        return Ok(Route::new());
    }
    let mut cinema = CinemaOptions::new(&settings.cinema_database, &settings.public_url);
    let media_dir = options.upstream.media_dir.as_deref();
    cinema.media_dir = media_dir.filter(|path| !is_blank(path)).map(Path::to_owned);
    Ok(Cinema::open(cinema).await?.route())
}

fn is_blank(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

fn services_options(
    options: &Options,
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> ServicesOptions {
    ServicesOptions {
        public_url: settings.public_url.clone(),
        node_url: settings.node_url.clone(),
        ticket_secret: settings.ticket_secret.clone(),
        relay: RelayOptions {
            session_grace: options.rooms.session_grace,
            ended_close: options.rooms.ended_close,
            empty_close: options.rooms.empty_close,
            room_age_max: options.rooms.room_age_max,
        },
        clock,
    }
}

/// Keeps what is counted from growing for ever.
async fn upkeep(metrics: Metrics, limits: Arc<RateLimits>, stopping: CancellationToken) {
    let mut folding = interval(UPKEEP_EVERY);
    folding.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut forgetting = interval(FORGET_EVERY);
    forgetting.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = folding.tick() => metrics.run_upkeep(),
            _ = forgetting.tick() => limits.forget_quiet(),
        }
    }
}
