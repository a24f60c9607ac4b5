//! Delivery latency through Kafka, beside that of Kafka alone under the same load.

use schemas::ids::MovieId;

use crate::Result;
use crate::api::Api;
use crate::bare_kafka::Bare;
use crate::engines::Engines;
use crate::figure::{Figure, Unit, number};
use crate::latencies::Latencies;
use crate::options::KafkaOptions;
use crate::people::People;
use crate::place::Place;
use crate::process::allow_files;
use crate::rooms::open_lines;
use crate::server::{Server, scratch};
use crate::talk::{Company, Heard, Talk};

/// Times the latency of Kafka alone.
const BAR_RATIO: f64 = 2.0;
/// Faults that are one too many.
const BAR_FAULTS: f64 = 1.0;

pub(super) fn method(options: &KafkaOptions) -> String {
    format!(
        "{} rooms of {}, each member with a socket; {} messages a second in each room, from the \
         members in turn, for {}: {} messages a second in all. Deliveries, latencies and faults \
         are those of `room`. The server keeps its rooms in Postgres and its log in Kafka, with \
         one broker, 32 partitions and its defaults otherwise; the services behind are a process \
         of their own. Kafka alone, in the same run and on the same broker: one producer \
         (`acks=all`, idempotent, `linger.ms=0`) and one consumer of another topic with as many \
         partitions, both in this process, with the library's defaults; records of the same \
         bytes on the same schedule, from when each was due until the consumer has it. Each run \
         measures the two one after the other, Kafka alone first in every second run, and each \
         of them after {} of the same talk that does not count. SQLite: the same talk through the embedded \
         default, after the engines have ended.",
        options.rooms,
        options.room_members,
        options.room_rate,
        humantime::format_duration(options.talk),
        u64::from(options.room_rate) * options.rooms as u64,
        humantime::format_duration(options.warm_up),
    )
}

pub(super) async fn run(options: &KafkaOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let talk = Talk {
        rooms: options.rooms,
        members: options.room_members,
        room_rate: f64::from(options.room_rate),
        warm_up: options.warm_up,
        duration: options.talk,
    };
    talk.check()?;
    allow_files(talk.rooms * talk.members)?;
    let engines = Engines::start(place).await?;
    let bare = Bare::open(&engines.kafka_url()?, &talk).await?;
    let (ours, alone) = if place.number.is_multiple_of(2) {
        let alone = bare.run(&talk).await?;
        (through_engines(&talk, &engines, place).await?, alone)
    } else {
        let ours = through_engines(&talk, &engines, place).await?;
        (ours, bare.run(&talk).await?)
    };
    drop(bare);
    engines.stop().await;
    let embedded = through_embedded(&talk, place).await?;

    let mut figures = latencies("delivery", &ours.latencies);
    figures.extend(latencies("Kafka alone", &alone));
    figures.extend(latencies("SQLite delivery", &embedded.latencies));
    let ratio = |name, share| {
        let ratio = ours.latencies.quantile_ms(share) / alone.quantile_ms(share);
        Figure::new(name, Unit::Ratio, ratio).under(BAR_RATIO)
    };
    figures.extend([
        ratio("p50, delivery to Kafka alone", 0.5),
        ratio("p99, delivery to Kafka alone", 0.99),
        Figure::new("deliveries", Unit::Count, number(ours.deliveries)),
        Figure::new("faults", Unit::Count, number(ours.faults)).under(BAR_FAULTS),
        Figure::new("SQLite faults", Unit::Count, number(embedded.faults)).under(BAR_FAULTS),
    ]);
    Ok(figures)
}

fn latencies(of: &str, latencies: &Latencies) -> Vec<Figure> {
    let ms = |name: &str, value| Figure::new(format!("{of} {name}"), Unit::Milliseconds, value);
    vec![
        ms("p50", latencies.quantile_ms(0.5)),
        ms("p90", latencies.quantile_ms(0.9)),
        ms("p99", latencies.quantile_ms(0.99)),
        ms("max", latencies.max_ms()),
    ]
}

async fn through_engines(talk: &Talk, engines: &Engines, place: Place<'_>) -> Result<Heard> {
    let node = engines.node(place).await?;
    let people = engines.cinema().people().await?;
    let movie = engines.cinema().api()?.first_film().await?;
    let heard = hold(talk, people, &Api::new(node.server.address())?, movie).await?;
    node.server.stop().await?;
    Ok(heard)
}

async fn through_embedded(talk: &Talk, place: Place<'_>) -> Result<Heard> {
    let data = scratch(place.scratch)?;
    let server = Server::start(&place.server(), data.path(), &[]).await?;
    let people = People::embedded(&server, data.path()).await?;
    let api = Api::new(server.address())?;
    let heard = hold(talk, people, &api, api.first_film().await?).await?;
    server.stop().await?;
    Ok(heard)
}

async fn hold(talk: &Talk, people: People, api: &Api, movie: MovieId) -> Result<Heard> {
    let members = people.add(talk.rooms * talk.members).await?;
    people.close().await;
    let mut rooms = Vec::with_capacity(talk.rooms);
    for members in members.chunks(talk.members) {
        rooms.push(open_lines(api, movie, members).await?);
    }
    talk.hold(&mut Company::new(rooms)).await
}
