//! Many who join a room with a long history at once, beside as many who replay the topic.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::try_join_all;
use storage::StorageUrls;
use storage::clock::SystemClock;
use tokio::task::spawn_blocking;

use super::replay::replay;
use crate::Result;
use crate::api::Api;
use crate::bars::join;
use crate::cores::{self, SERVER, TOOL};
use crate::engines::{Engines, TOPIC};
use crate::figure::{Bound, Figure, Unit, number};
use crate::history::History;
use crate::latencies::Latencies;
use crate::options::RelayOptions;
use crate::person::Person;
use crate::place::Place;
use crate::relay::Relay;
use crate::server::scratch;

/// Times that a replay takes longer than a join.
const BAR: Bound = Bound::Over(5.0);
/// Rooms of the same length that lie in one partition, record by record in turn.
const ROOMS: usize = 4;

pub(super) fn method(options: &RelayOptions) -> String {
    format!(
        "Join storm: a partition in Kafka with {ROOMS} rooms of {} messages each, the records \
         of the rooms in turn. Ours: {} people join one of the rooms at the same moment, from \
         the call for a ticket to the whole `welcome`, at a server that has just read the room \
         for somebody else. Replay, the simplest design: as many bare consumers at the same \
         moment, all on the tool's core, each from its creation until it has read the partition \
         from its beginning to its end, of which it keeps the room's records; nothing is folded, \
         and no room is shown. The ratio is that of the medians.",
        options.storm_messages, options.storm_people,
    )
}

pub(super) async fn run(
    options: &RelayOptions,
    relay: Relay,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    if relay != Relay::OursKafka {
        return Ok(Vec::new());
    }
    cores::keep_to(SERVER)?;
    let engines = Engines::start(place).await?;
    cores::keep_to(TOOL)?;
    let room = seed(options, &engines, place).await?;
    cores::keep_to(SERVER)?;
    let node = engines.node(place).await?;
    cores::keep_to(TOOL)?;
    let people = engines.cinema().people().await?;
    let everyone = people.add(options.storm_people + 1).await?;
    people.close().await;
    let (first, others) = everyone.split_first().ok_or("nobody joins")?;
    let api = Api::new(node.server.address())?;
    api.introduce(first).await?;

    let history = u64::try_from(options.storm_messages)?;
    let mut cold = Latencies::new()?;
    let stays = join::join(&api, first, room.room, history, &mut cold).await?;
    let joins = join_at_once(&api, others, &room, history).await?;
    drop(stays);
    node.server.stop().await?;
    let (replays, read) = replay_at_once(options, &engines, &room).await?;
    engines.stop().await;

    let ms = |name: &str, value| Figure::new(format!("storm, {name}"), Unit::Milliseconds, value);
    let ratio = replays.quantile_ms(0.5) / joins.quantile_ms(0.5);
    Ok(vec![
        ms("first join, not in memory", cold.max_ms()),
        ms("join, median", joins.quantile_ms(0.5)),
        ms("join, slowest", joins.max_ms()),
        ms("replay, median", replays.quantile_ms(0.5)),
        ms("replay, slowest", replays.max_ms()),
        Figure::new("storm, records of a replay", Unit::Count, number(read)),
        Figure { bar: Some(BAR), ..Figure::new("storm, replay to join", Unit::Ratio, ratio) },
    ])
}

/// The rooms' records, before any server; one of the rooms.
async fn seed(options: &RelayOptions, engines: &Engines, place: Place<'_>) -> Result<History> {
    let data = scratch(place.scratch)?;
    let urls = StorageUrls {
        rooms: engines.rooms_url()?,
        log: format!("{}/{TOPIC}", engines.kafka_url()?),
        archive: format!("sqlite://{}", data.path().join("archive.db").display()),
    };
    let storage = storage::open(&urls, Arc::new(SystemClock)).await?;
    let log = storage.log.as_ref();
    let mut histories: Vec<History> = (0..ROOMS).map(|_| join::history(0)).collect();
    let appends = histories.iter().map(|room| join::append(room, log, options.storm_messages));
    try_join_all(appends).await?;
    for history in &histories {
        storage.rooms.create(&history.row(log.epoch())?).await?;
    }
    histories.pop().ok_or_else(|| "no room".into())
}

async fn join_at_once(
    api: &Api,
    people: &[Person],
    room: &History,
    history: u64,
) -> Result<Latencies> {
    let joins = people.iter().map(async |person| {
        let mut time = Latencies::new()?;
        let socket = join::join(api, person, room.room, history, &mut time).await?;
        Ok::<_, crate::BoxError>((time, socket))
    });
    let joined = try_join_all(joins).await?;
    let mut times = Latencies::new()?;
    for (time, _socket) in &joined {
        times.merge(time)?;
    }
    Ok(times)
}

/// How long each took, and the records that each read.
async fn replay_at_once(
    options: &RelayOptions,
    engines: &Engines,
    room: &History,
) -> Result<(Latencies, u64)> {
    let kafka = engines.kafka_url()?;
    let brokers = kafka.strip_prefix("kafka://").ok_or("a Kafka of another kind")?;
    let replays = (0..options.storm_people).map(|_| {
        let (brokers, key) = (brokers.to_owned(), room.room.to_string());
        let partition = room.partition;
        spawn_blocking(move || {
            let started_at = Instant::now();
            let replayed = replay(&brokers, TOPIC, partition, &key)?;
            Ok::<_, crate::BoxError>((started_at.elapsed(), replayed))
        })
    });
    let mut times = Latencies::new()?;
    let mut read = 0;
    for replayed in try_join_all(replays).await? {
        let (took, replayed) = replayed?;
        if replayed.kept < u64::try_from(options.storm_messages)? {
            return Err(format!("a replay found only {} messages", replayed.kept).into());
        }
        times.add(took);
        read = replayed.read;
    }
    Ok((times, read))
}
