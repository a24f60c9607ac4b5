//! The settings once everything is known: nothing is optional any more but what is unused.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clients::{BadToken, BaseUrl, HttpFactory, Shlink, Shortener, TINYURL_BASE, TinyUrl};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use storage::StorageUrls;

use super::upstream::service;
use super::{BadOption, Options, ShortenerKind, given, state};
use crate::http::Rate;
use crate::identity::IdentityOptions;

/// What the server is built from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What links begin with; no slash at the end.
    pub public_url: String,
    /// What addresses of this node's sockets begin with; no slash at the end.
    pub node_url: String,
    /// Origins whose pages may open sockets.
    pub allowed_origins: Vec<String>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the ports lie.
    pub storage: StorageUrls,
    /// File of the embedded cinema.
    pub cinema_database: PathBuf,
    /// Signs tickets.
    pub ticket_secret: SecretString,
    /// The Auth service; the embedded cinema if absent.
    pub auth: Option<BaseUrl>,
    /// The UGC service; the embedded cinema if absent.
    pub ugc: Option<BaseUrl>,
    /// The Movie service; the embedded cinema if absent.
    pub movie: Option<BaseUrl>,
    /// What tokens must say.
    pub identity: IdentityOptions,
    /// How much one user may ask.
    pub user_rate: Rate,
    /// How much one address may ask.
    pub address_rate: Rate,
}

impl Options {
    /// Judges what must agree, and fills in what depends on the bound address.
    pub fn settle(&self, bound: SocketAddr) -> Result<Settings, BadOption> {
        let upstream = &self.upstream;
        let public_url = self.network.public_url(bound)?;
        let storage = self.state.urls();
        let auth = service("AUTH_URL", upstream.auth_url.as_ref())?;
        let issuer = given(upstream.jwt_issuer.as_ref())
            .or(given(upstream.auth_url.as_ref()))
            .unwrap_or(&public_url);
        Ok(Settings {
            node_url: self.network.node_url(bound)?,
            allowed_origins: self.network.allowed_origins(bound)?,
            trusted_proxies: self.network.trusted_proxies()?,
            ticket_secret: self.state.ticket_secret(&storage)?,
            storage,
            cinema_database: self.state.database_path(),
            auth,
            ugc: service("UGC_URL", upstream.ugc_url.as_ref())?,
            movie: service("MOVIE_URL", upstream.movie_url.as_ref())?,
            identity: IdentityOptions {
                issuer: issuer.trim_end_matches('/').to_owned(),
                audience: upstream.jwt_audience.clone(),
            },
            user_rate: self.network.user_rate(),
            address_rate: self.network.address_rate(),
            public_url,
        })
    }

    /// The outside shortener, if one is configured.
    pub(crate) fn shortener(
        &self,
        http: &HttpFactory,
    ) -> Result<Option<Arc<dyn Shortener>>, BadOption> {
        let upstream = &self.upstream;
        let url = service("SHORTENER_URL", upstream.shortener_url.as_ref())?;
        match upstream.shortener {
            ShortenerKind::Builtin => Ok(None),
            ShortenerKind::Tinyurl => {
                let fallback = || service("SHORTENER_URL", Some(&TINYURL_BASE.to_owned()));
                let url = url.map_or_else(fallback, |url| Ok(Some(url)))?;
                Ok(url.map(|url| Arc::new(TinyUrl::new(url, http)) as Arc<dyn Shortener>))
            }
            ShortenerKind::Shlink => {
                let needed = |variable| BadOption::new(variable, "is needed for shlink");
                let url = url.ok_or_else(|| needed("SHORTENER_URL"))?;
                let key = upstream.shortener_key.as_ref();
                let key = key.filter(|key| !key.expose_secret().is_empty());
                let key = key.ok_or_else(|| needed("SHORTENER_KEY"))?;
                let shlink = Shlink::new(url, key, http);
                let shlink = shlink.map_err(|BadToken| {
                    BadOption::new("SHORTENER_KEY", "cannot be sent in a header")
                })?;
                Ok(Some(Arc::new(shlink)))
            }
        }
    }

    /// Writes down what is in force, secrets hidden.
    pub(crate) fn log(&self, settings: &Settings) {
        let embedded = |url: &Option<BaseUrl>| url.is_none();
        tracing::info!(
            public_url = settings.public_url,
            node_url = settings.node_url,
            allowed_origins = ?settings.allowed_origins,
            rooms_url = state::shown(&settings.storage.rooms),
            log_url = state::shown(&settings.storage.log),
            archive_url = state::shown(&settings.storage.archive),
            media_dir = ?self.upstream.media_dir,
            embedded_auth = embedded(&settings.auth),
            embedded_ugc = embedded(&settings.ugc),
            embedded_movie = embedded(&settings.movie),
            jwt_issuer = settings.identity.issuer,
            shortener = ?self.upstream.shortener,
            connections_max = self.network.connections_max,
            trusted_proxies = ?settings.trusted_proxies,
            rooms = ?self.rooms,
            sentry = self.telemetry.sentry_dsn.is_some(),
            "settings"
        );
    }
}
