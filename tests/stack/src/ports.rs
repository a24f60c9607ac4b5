//! Free ports that stay free while their engine is down.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use rand::RngExt as _;

use crate::error::StackError;

/// Below the ports that Linux gives to outgoing connections (32768 and up): one of those could
/// be taken, even by a client's own attempt to connect, while its engine is killed.
const PORTS: Range<u16> = 20_000..32_000;
/// How many ports are tried.
const TRIES_MAX: u32 = 100;

/// A loopback port on which nobody listens.
///
/// # Errors
/// There is none.
pub fn free_port() -> Result<u16, StackError> {
    let mut last = None;
    for _ in 0..TRIES_MAX {
        let port = rand::rng().random_range(PORTS);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_free) => return Ok(port),
            Err(error) => last = Some(error),
        }
    }
    let error = last.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into());
    Err(StackError::machine("no free port was found")(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_not_given() {
        let taken: Vec<_> = (0..50)
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, free_port().unwrap())).unwrap())
            .collect();
        for listener in taken {
            assert!(PORTS.contains(&listener.local_addr().unwrap().port()));
        }
    }
}
