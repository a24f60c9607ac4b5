//! Server memory of an idle connection, the member, session and room behind it included.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{TryStreamExt, stream};
use schemas::ids::MovieId;
use tokio::time::sleep;

use crate::Result;
use crate::api::Api;
use crate::figure::{Figure, Unit, number};
use crate::options::IdleOptions;
use crate::people::People;
use crate::person::Person;
use crate::place::Place;
use crate::process::{allow_files, slab_bytes};
use crate::rooms::open_room;
use crate::server::{Server, scratch};
use crate::socket::Socket;

/// Server memory a connection may take.
const BAR_KIB: f64 = 24.0;
/// Rooms that fill at a time.
const ROOMS_AT_ONCE: usize = 8;
const BYTES_PER_KIB: f64 = 1024.0;
const BYTES_PER_MB: f64 = 1e6;

pub(super) fn method(options: &IdleOptions) -> String {
    format!(
        "{} people, each with one socket, in rooms of {}; nobody does anything but answer the \
         server's pings. Resident memory of the server (`VmRSS`) is read when a first room of \
         {} stands and once all connections have been idle for {}; the difference is divided by \
         the connections. It therefore holds everything a connection brings along: socket, \
         session, member, and its share of a room with log, fold and task. The kernel's part is \
         not in it; as a hint, the growth of the machine's slabs is shown, for both ends of a \
         connection, since both are on this machine.",
        options.connections,
        options.idle_members,
        options.idle_members,
        humantime::format_duration(options.settle),
    )
}

pub(super) async fn run(options: &IdleOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    allow_files(options.connections)?;
    let data = scratch(place.scratch)?;
    let server = Server::start(&place.server(), data.path(), &[]).await?;
    let people = People::embedded(&server, data.path()).await?;
    let first = people.add(options.idle_members).await?;
    let rest = people.add(options.connections).await?;
    people.close().await;
    let api = Api::new(server.address())?;
    let movie = api.first_film().await?;

    let crowd = Crowd::default();
    crowd.add(&api, movie, &first).await?;
    sleep(options.settle).await;
    let (before, slab_before) = (server.resident_bytes()?, slab_bytes()?);
    let all = stream::iter(rest.chunks(options.idle_members).map(Ok));
    all.try_for_each_concurrent(ROOMS_AT_ONCE, |members| crowd.add(&api, movie, members)).await?;
    sleep(options.settle).await;
    let (after, slab_after) = (server.resident_bytes()?, slab_bytes()?);

    crowd.expect(options.connections.saturating_add(first.len()))?;
    let sessions = relay_sessions(&api.metrics().await?)?;
    server.stop().await?;
    let each_kib = |before, after| kib_each(before, after, rest.len());
    Ok(vec![
        Figure::new("server memory a connection", Unit::Kibibytes, each_kib(before, after))
            .under(BAR_KIB),
        Figure::new(
            "kernel slabs a connection, both ends",
            Unit::Kibibytes,
            each_kib(slab_before, slab_after),
        ),
        Figure::new(
            "server memory with all of them",
            Unit::Megabytes,
            number(after) / BYTES_PER_MB,
        ),
        Figure::new("sockets that the server counts", Unit::Count, sessions),
    ])
}

/// People with a socket each, who only answer pings. Their sockets end with the server.
#[derive(Default)]
struct Crowd {
    here: Arc<AtomicUsize>,
}

impl Crowd {
    /// Opens a room for these people, one socket each.
    async fn add(&self, api: &Api, movie: MovieId, members: &[Person]) -> Result<()> {
        for seat in open_room(api, movie, members).await? {
            self.hold(seat.socket);
        }
        Ok(())
    }

    fn hold(&self, mut socket: Socket) {
        self.here.fetch_add(1, Ordering::Relaxed);
        let here = Arc::clone(&self.here);
        tokio::spawn(async move {
            while let Ok(Some(_frame)) = socket.reading.next().await {}
            here.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// Fails if someone was cut off: memory a connection would be wrong.
    fn expect(&self, count: usize) -> Result<()> {
        let here = self.here.load(Ordering::Relaxed);
        if here == count {
            Ok(())
        } else {
            Err(format!("of {count} connections only {here} are left").into())
        }
    }
}

/// The gauge of the server's own metrics.
fn relay_sessions(metrics: &str) -> Result<f64> {
    let value = metrics.lines().find_map(|line| line.strip_prefix("relay_sessions "));
    Ok(value.ok_or("no relay_sessions in the metrics")?.trim().parse()?)
}

fn kib_each(before: u64, after: u64, connections: usize) -> f64 {
    let connections = number(connections as u64);
    (number(after) - number(before)) / BYTES_PER_KIB / connections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out() {
        let each = kib_each(1024 * 1024, 3 * 1024 * 1024, 128);
        assert!((each - 16.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_gauge_is_found_among_the_metrics() {
        let metrics = "# TYPE relay_sessions gauge\nrelay_sessions 12\n\nrelay_rooms 3\n";
        assert!((relay_sessions(metrics).unwrap() - 12.0).abs() < f64::EPSILON);
        assert!(relay_sessions("relay_rooms 3").is_err());
    }
}
