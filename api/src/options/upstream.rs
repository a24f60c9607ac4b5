//! The services behind.

use std::path::PathBuf;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use clients::BaseUrl;
use secrecy::SecretString;

use super::{BadOption, given};

/// Who makes links short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShortenerKind {
    /// This server, at `/i/{code}`.
    Builtin,
    /// `TinyURL`.
    Tinyurl,
    /// A Shlink server; `SHORTENER_URL` and `SHORTENER_KEY` say which.
    Shlink,
}

/// The services behind.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Services behind")]
pub struct UpstreamOptions {
    /// The Auth service; the embedded cinema unless given.
    #[arg(long, env = "AUTH_URL")]
    pub auth_url: Option<String>,
    /// The UGC service; the embedded cinema unless given.
    #[arg(long, env = "UGC_URL")]
    pub ugc_url: Option<String>,
    /// The Movie service; the embedded cinema unless given.
    #[arg(long, env = "MOVIE_URL")]
    pub movie_url: Option<String>,
    /// Folder whose playable files become films of the embedded cinema.
    #[arg(long, env = "MEDIA_DIR", value_parser = folder())]
    pub media_dir: Option<PathBuf>,
    /// `iss` that access tokens must carry; `AUTH_URL`, or `PUBLIC_URL` for the embedded cinema,
    /// unless given.
    #[arg(long, env = "JWT_ISSUER")]
    pub jwt_issuer: Option<String>,
    /// `aud` that access tokens must carry.
    #[arg(long, env = "JWT_AUDIENCE", default_value = "movie-together")]
    pub jwt_audience: String,
    /// Who makes links short. When an outside one fails, the built-in one answers.
    #[arg(long, env = "SHORTENER", value_enum, default_value = "builtin")]
    pub shortener: ShortenerKind,
    /// Where the shortener is; needed for shlink.
    #[arg(long, env = "SHORTENER_URL")]
    pub shortener_url: Option<String>,
    /// Key of the shortener; needed for shlink.
    #[arg(long, env = "SHORTENER_KEY", hide_env_values = true)]
    pub shortener_key: Option<SecretString>,
}

/// Clap's own parser of paths would not take an empty variable.
fn folder() -> impl TypedValueParser<Value = PathBuf> {
    StringValueParser::new().map(PathBuf::from)
}

/// A service behind: a real one, or the embedded cinema.
pub(super) fn service(
    variable: &'static str,
    url: Option<&String>,
) -> Result<Option<BaseUrl>, BadOption> {
    let url = given(url).map(str::parse::<BaseUrl>);
    url.transpose().map_err(|error| BadOption::new(variable, error.to_string()))
}
