//! Where a request comes from. `X-Forwarded-For` says whatever its sender likes, so only
//! that of configured proxies is believed.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use poem::{Addr, Request};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address to count a request against: the peer, or behind trusted proxies the last
/// address that none of them vouches for.
pub(super) fn client_address(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let peer = match &request.remote_addr().0 {
        Addr::SocketAddr(address) => address.ip().to_canonical(),
        Addr::Unix(_) | Addr::Custom(..) => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let headers = request.headers().get_all(FORWARDED_FOR).iter();
    let forwarded: Vec<&str> = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    behind(peer, &forwarded, trusted)
}

fn behind(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut client = peer;
    for hop in forwarded.iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let Ok(hop) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = hop.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        behind(peer.parse().unwrap(), forwarded, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("1.1.1.1", &["2.2.2.2"]), "1.1.1.1");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9", "2.2.2.2"]), "2.2.2.2");
        assert_eq!(seen("::1", &["2.2.2.2", " 10.0.0.2"]), "2.2.2.2");
    }

    #[test]
    fn nonsense_ends_the_search() {
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["2.2.2.2", "unknown"]), "10.0.0.1");
    }
}
