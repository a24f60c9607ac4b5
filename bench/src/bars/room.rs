//! Delivery latency in one room: from the moment a message was due to be sent until each of
//! the other members has it.

use std::time::Duration;

use crate::Result;
use crate::api::Api;
use crate::figure::{Figure, Unit, number};
use crate::options::RoomOptions;
use crate::people::People;
use crate::place::Place;
use crate::rooms::open_lines;
use crate::server::{Server, scratch};
use crate::talk::{Company, Talk};

/// Half of all deliveries take less.
const BAR_P50_MS: f64 = 5.0;
/// All but one of a hundred deliveries take less.
const BAR_P99_MS: f64 = 25.0;
/// Faults that are one too many.
const BAR_FAULTS: f64 = 1.0;

pub(super) fn method(options: &RoomOptions) -> String {
    format!(
        "A room of {}, each member with a socket; {} messages a second in all, from the members \
         in turn, for {}. A delivery is one message at one of the other members; its latency \
         counts from the moment at which the message was due, not from when it was sent, so \
         that a stall is charged to every message it held up. Every member checks that `seq` \
         is dense and that each message comes once, in its speaker's order; faults are what was \
         lost, came twice or out of that order. The log commits to the disk before anything is shown.",
        options.members,
        options.rate,
        humantime::format_duration(options.duration),
    )
}

pub(super) async fn run(options: &RoomOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let talk = Talk {
        rooms: 1,
        members: options.members,
        room_rate: f64::from(options.rate),
        warm_up: Duration::ZERO,
        duration: options.duration,
    };
    talk.check()?;
    let data = scratch(place.scratch)?;
    let server = Server::start(&place.server(), data.path(), &[]).await?;
    let people = People::embedded(&server, data.path()).await?;
    let members = people.add(options.members).await?;
    people.close().await;
    let api = Api::new(server.address())?;
    let lines = open_lines(&api, api.first_film().await?, &members).await?;

    let heard = talk.hold(&mut Company::new(vec![lines])).await?;
    server.stop().await?;
    let ms =
        |name, share| Figure::new(name, Unit::Milliseconds, heard.latencies.quantile_ms(share));
    Ok(vec![
        ms("delivery p50", 0.5).under(BAR_P50_MS),
        ms("delivery p90", 0.9),
        ms("delivery p99", 0.99).under(BAR_P99_MS),
        Figure::new("delivery max", Unit::Milliseconds, heard.latencies.max_ms()),
        Figure::new("deliveries", Unit::Count, number(heard.deliveries)),
        Figure::new("faults", Unit::Count, number(heard.faults)).under(BAR_FAULTS),
    ])
}
