//! Time to `welcome` for someone who joins a room with a long history.
//!
//! Records go straight into the log before the server starts. The rows of the rooms that are
//! to be cold say `creating`: such rooms the server does not load by itself, so the first join
//! reads the log, and repairs the row on the way.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::try_join_all;
use schemas::ids::RoomId;
use schemas::record::Record;
use storage::StorageUrls;
use storage::clock::SystemClock;
use storage::log::Log;

use crate::api::Api;
use crate::figure::{Figure, Unit, number};
use crate::history::History;
use crate::latencies::Latencies;
use crate::options::JoinOptions;
use crate::people::People;
use crate::person::Person;
use crate::place::Place;
use crate::server::{Server, database, scratch};
use crate::socket::Socket;
use crate::{BoxError, Result};

/// Time to the welcome.
const BAR_MS: f64 = 50.0;
const BYTES_PER_MB: f64 = 1e6;
/// Members who wrote the history, in turn.
const WRITERS: usize = 4;
/// A line of chat of ordinary length.
const LINE: &str = "Did you see the hat in the corner? It was not there a minute ago.";

pub(super) fn method(options: &JoinOptions) -> String {
    format!(
        "Rooms with {} messages of {} characters by {WRITERS} members. The time runs from the \
         call `GET /room/{{id}}/join` of somebody new, who becomes a member and gets a ticket by \
         it, over the socket of that ticket, to the whole `welcome`. Cold: {} rooms that are not \
         in the server's memory, each read from the log by its first join. Warm: {} more people \
         join one of them. Memory of a room: what each cold join after the first has added to the \
         server's (`VmRSS`).",
        options.messages,
        LINE.chars().count(),
        options.cold_joins,
        options.warm_joins,
    )
}

pub(super) async fn run(options: &JoinOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let data = scratch(place.scratch)?;
    let rooms = seed(options, data.path()).await?;
    let server = Server::start(&place.server(), data.path(), &[]).await?;
    let people = People::embedded(&server, data.path()).await?;
    let newcomers = people.add(options.cold_joins.saturating_add(options.warm_joins)).await?;
    people.close().await;
    let api = Api::new(server.address())?;
    let first = newcomers.first().ok_or("nobody joins")?;
    api.introduce(first).await?;

    let (cold, warm) = newcomers.split_at(options.cold_joins);
    let (mut cold_times, mut warm_times) = (Latencies::new()?, Latencies::new()?);
    let history = u64::try_from(options.messages)?;
    let mut sockets = Vec::new();
    let mut resident = Vec::new();
    for (person, room) in cold.iter().zip(&rooms) {
        sockets.push(join(&api, person, *room, history, &mut cold_times).await?);
        resident.push(number(server.resident_bytes()?));
    }
    let room = rooms.first().ok_or("no room")?;
    for person in warm {
        sockets.push(join(&api, person, *room, history, &mut warm_times).await?);
    }
    drop(sockets);
    server.stop().await?;
    let ms = |name, value| Figure::new(name, Unit::Milliseconds, value);
    Ok(vec![
        ms("cold join, median", cold_times.quantile_ms(0.5)).under(BAR_MS),
        ms("cold join, slowest", cold_times.max_ms()),
        ms("warm join, median", warm_times.quantile_ms(0.5)).under(BAR_MS),
        ms("warm join, slowest", warm_times.max_ms()),
        Figure::new("memory of a room", Unit::Megabytes, growth_mb(&resident)),
    ])
}

/// What each room after the first has added to the server's memory.
fn growth_mb(resident: &[f64]) -> f64 {
    match resident {
        [first, .., last] => (last - first) / BYTES_PER_MB / number(resident.len() as u64 - 1),
        _ => 0.0,
    }
}

/// Joins, and waits for the whole welcome.
pub(super) async fn join(
    api: &Api,
    person: &Person,
    room: RoomId,
    history: u64,
    times: &mut Latencies,
) -> Result<Socket> {
    let started_at = Instant::now();
    let ticket = api.join(person, room).await?;
    let socket = Socket::open(&ticket.ws_url).await?;
    times.add(started_at.elapsed());
    if socket.seq > history {
        Ok(socket)
    } else {
        Err(format!("the room has only {} of its {history} messages", socket.seq).into())
    }
}

/// Rooms with their history, before any server.
async fn seed(options: &JoinOptions, data: &Path) -> Result<Vec<RoomId>> {
    // Nothing is lost if the power fails now, and the records are the same.
    let url = format!("sqlite://{}?synchronous=normal", database(data).display());
    let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
    let storage = storage::open(&urls, Arc::new(SystemClock)).await?;
    let log = storage.log.as_ref();
    let partitions = (0..log.partitions()).cycle().take(options.cold_joins);
    let histories: Vec<History> = partitions.map(history).collect();
    let appends = histories.iter().map(|history| append(history, log, options.messages));
    try_join_all(appends).await?;
    // Last, so that the rows are as young as can be when the server starts.
    for history in &histories {
        storage.rooms.create(&history.row(log.epoch())?).await?;
    }
    Ok(histories.iter().map(|history| history.room).collect())
}

/// A room, nothing of which is written yet.
pub(super) fn history(partition: u32) -> History {
    History::new(partition, WRITERS)
}

/// A member waits for one message to be written before the next, as the server does; the
/// members write side by side.
pub(super) async fn append(history: &History, log: &dyn Log, messages: usize) -> Result<()> {
    for record in history.opening()? {
        write(log, history, &record).await?;
    }
    let writers = (0..WRITERS).map(async |place| {
        let count = messages.saturating_sub(place).div_ceil(WRITERS);
        for client_seq in 1..=u64::try_from(count)? {
            write(log, history, &history.chat(place, client_seq, LINE)?).await?;
        }
        Ok::<_, BoxError>(())
    });
    try_join_all(writers).await?;
    Ok(())
}

async fn write(log: &dyn Log, history: &History, record: &Record) -> Result<()> {
    log.append(history.partition, history.room, record.encode()?.into()).await?;
    Ok(())
}
