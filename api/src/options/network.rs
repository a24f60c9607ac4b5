//! Where to listen, and for whom.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

use clap::Args;
use ipnet::IpNet;
use reqwest::Url;

use super::{BadOption, given};
use crate::http::Rate;

/// Where to listen, and for whom.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Network")]
pub struct NetworkOptions {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// What links begin with, such as `https://cinema.example`; from
    /// `LISTEN` unless given.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<String>,
    /// What addresses of this node's sockets begin with, where there are several nodes and each
    /// can be reached by itself, such as `https://cinema.example/n1`; `PUBLIC_URL` unless given.
    #[arg(long, env = "NODE_URL")]
    pub node_url: Option<String>,
    /// Origins whose pages may open sockets, separated by commas; that of `PUBLIC_URL` unless
    /// given.
    #[arg(long, env = "ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<String>,
    /// Addresses or networks of proxies whose X-Forwarded-For is believed, separated by
    /// commas; none unless given.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Most connections at a time.
    #[arg(long, env = "CONNECTIONS_MAX", default_value = "20000", value_parser = positive)]
    pub connections_max: usize,
    /// Requests a second that one user may make in the long run.
    #[arg(long, env = "USER_RATE", default_value = "20")]
    pub user_rate: NonZeroU32,
    /// Requests that one user may make at once.
    #[arg(long, env = "USER_BURST", default_value = "60")]
    pub user_burst: NonZeroU32,
    /// Requests a second that one address may make in the long run.
    #[arg(long, env = "ADDRESS_RATE", default_value = "50")]
    pub address_rate: NonZeroU32,
    /// Requests that one address may make at once.
    #[arg(long, env = "ADDRESS_BURST", default_value = "200")]
    pub address_burst: NonZeroU32,
}

impl NetworkOptions {
    pub(super) fn user_rate(&self) -> Rate {
        Rate { per_second: self.user_rate, burst: self.user_burst }
    }

    pub(super) fn address_rate(&self) -> Rate {
        Rate { per_second: self.address_rate, burst: self.address_burst }
    }

    /// No slash at the end.
    pub(super) fn public_url(&self, bound: SocketAddr) -> Result<String, BadOption> {
        let Some(url) = given(self.public_url.as_ref()) else {
            return Ok(local_url(bound));
        };
        origin(url).map_err(|reason| BadOption::new("PUBLIC_URL", reason))
    }

    /// No slash at the end.
    pub(super) fn node_url(&self, bound: SocketAddr) -> Result<String, BadOption> {
        match given(self.node_url.as_ref()) {
            Some(url) => address(url).map_err(|reason| BadOption::new("NODE_URL", reason)),
            None => self.public_url(bound),
        }
    }

    pub(super) fn trusted_proxies(&self) -> Result<Vec<IpNet>, BadOption> {
        let listed = listed(&self.trusted_proxies).map(network);
        let networks: Result<_, _> = listed.collect();
        networks.map_err(|reason| BadOption::new("TRUSTED_PROXIES", reason))
    }

    /// Each as a browser writes it.
    pub(super) fn allowed_origins(&self, bound: SocketAddr) -> Result<Vec<String>, BadOption> {
        let listed: Result<Vec<_>, _> = listed(&self.allowed_origins).map(origin).collect();
        let listed = listed.map_err(|reason| BadOption::new("ALLOWED_ORIGINS", reason))?;
        if !listed.is_empty() {
            return Ok(listed);
        }
        let mut origins = vec![self.public_url(bound)?];
        if given(self.public_url.as_ref()).is_none() && is_local(bound) {
            // People type either; it is the same machine.
            let port = bound.port();
            origins.extend(["127.0.0.1", "[::1]"].map(|name| format!("http://{name}:{port}")));
        }
        Ok(origins)
    }
}

/// The items of a list, of which an empty variable has none.
fn listed(items: &[String]) -> impl Iterator<Item = &str> {
    let items = items.iter().map(|item| item.trim());
    items.filter(|item| !item.is_empty())
}

fn is_local(bound: SocketAddr) -> bool {
    bound.ip().is_loopback() || bound.ip().is_unspecified()
}

fn local_url(bound: SocketAddr) -> String {
    if is_local(bound) {
        format!("http://localhost:{}", bound.port())
    } else {
        format!("http://{bound}")
    }
}

/// The origin of a URL that has nothing beside it.
fn origin(text: &str) -> Result<String, String> {
    match web_url(text)? {
        Some(url) if url.path() == "/" => Ok(url.origin().ascii_serialization()),
        _ => {
            Err("must be http:// or https://, a host, perhaps a port, and nothing else".to_owned())
        }
    }
}

/// An origin, perhaps with a path; no slash at the end.
fn address(text: &str) -> Result<String, String> {
    match web_url(text)? {
        Some(url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
        None => Err("must be http:// or https://, a host, perhaps a port and a path".to_owned()),
    }
}

/// A URL of the web without a person, a query or a fragment in it.
fn web_url(text: &str) -> Result<Option<Url>, String> {
    let url: Url = text.parse().map_err(|error| format!("`{text}` is no URL: {error}"))?;
    let is_bare = url.query().is_none() && url.fragment().is_none();
    let is_nobody = url.username().is_empty() && url.password().is_none();
    let is_web = matches!(url.scheme(), "http" | "https");
    Ok((is_web && is_bare && is_nobody).then_some(url))
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
    let network = text.parse().ok().or_else(address);
    network.ok_or_else(|| "must be an address or a network such as 10.0.0.0/8".to_owned())
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_bare() {
        assert_eq!(origin("https://Host.test/").unwrap(), "https://host.test");
        assert_eq!(origin("http://host:80").unwrap(), "http://host");
        assert_eq!(origin("http://[::1]:8000").unwrap(), "http://[::1]:8000");
        for bad in ["host", "ftp://host", "http://host/path", "http://me@host", "http://h/?q"] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nodes_may_lie_under_a_path() {
        assert_eq!(address("https://Host.test/n1/").unwrap(), "https://host.test/n1");
        assert_eq!(address("http://host:8001").unwrap(), "http://host:8001");
        for bad in ["host", "ws://host", "http://me@host/n1", "http://h/n1?q", "http://h/n1#f"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_and_networks_are_proxies() {
        assert_eq!(network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert_eq!(network("fd00::/8").unwrap().to_string(), "fd00::/8");
        assert!(network("proxy").is_err());
    }
}
