//! Time of the list of matches for someone with many friends who have many wishes.

use std::path::Path;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::index;
use schemas::ids::MovieId;

use crate::Result;
use crate::api::Api;
use crate::figure::{Figure, Unit};
use crate::latencies::Latencies;
use crate::options::MatchesOptions;
use crate::people::People;
use crate::person::Person;
use crate::place::Place;
use crate::server::{Server, scratch};

/// Time of a list.
const BAR_MS: f64 = 100.0;
/// The same wishes in every run.
const SEED: u64 = 20_261;

pub(super) fn method(options: &MatchesOptions) -> String {
    format!(
        "{} callers with {} friends each, everyone with {} wishes drawn evenly from a catalogue \
         of {} films. `GET /api/v1/matches` (20 a page) by one caller after the other, the \
         whole answer read: cold is a caller's first call, with nothing of theirs in any cache; \
         warm is their second, at once. The embedded cinema answers, by HTTP within the same \
         process.",
        options.callers, options.friends, options.wishes, options.films,
    )
}

pub(super) async fn run(options: &MatchesOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    if options.wishes > options.films {
        return Err("there are fewer --films than --wishes".into());
    }
    let (data, media) = (scratch(place.scratch)?, scratch(place.scratch)?);
    make_films(media.path(), options.films)?;
    let media = media.path().to_str().ok_or("the scratch folder's name is no text")?;
    let extra = ["--media-dir", media];
    let server = Server::start(&place.server(), data.path(), &extra).await?;
    let (first, callers) = seed(options, &server, data.path()).await?;
    let api = Api::new(server.address())?;
    api.matches(&first).await?;

    let (mut cold, mut warm) = (Latencies::new()?, Latencies::new()?);
    for caller in &callers {
        ask(&api, caller, &mut cold).await?;
        ask(&api, caller, &mut warm).await?;
    }
    server.stop().await?;
    let ms = |name, value| Figure::new(name, Unit::Milliseconds, value);
    Ok(vec![
        ms("cold list, median", cold.quantile_ms(0.5)).under(BAR_MS),
        ms("cold list, p99", cold.quantile_ms(0.99)).under(BAR_MS),
        ms("cold list, slowest", cold.max_ms()),
        ms("warm list, median", warm.quantile_ms(0.5)),
        ms("warm list, p99", warm.quantile_ms(0.99)),
    ])
}

async fn ask(api: &Api, caller: &Person, times: &mut Latencies) -> Result<()> {
    let started_at = Instant::now();
    let matches = api.matches(caller).await?;
    times.add(started_at.elapsed());
    if matches.items.iter().any(|item| !item.friends.is_empty()) {
        Ok(())
    } else {
        Err("a caller has no matches, so nothing was measured".into())
    }
}

/// Files that are films by their names; nobody plays them.
fn make_films(folder: &Path, count: usize) -> Result<()> {
    for number in 0..count {
        std::fs::write(folder.join(format!("Film {number:05}.mp4")), [])?;
    }
    Ok(())
}

/// Somebody for the first call of the server, and the callers.
async fn seed(
    options: &MatchesOptions,
    server: &Server,
    data: &Path,
) -> Result<(Person, Vec<Person>)> {
    let films = Api::new(server.address())?.films().await?;
    let people = People::embedded(server, data).await?;
    let friends = people.add(options.friends).await?;
    let callers = people.add(options.callers.saturating_add(1)).await?;
    people.befriend(&callers, &friends).await?;
    let mut random = StdRng::seed_from_u64(SEED);
    let mut wishes = || -> Vec<MovieId> {
        let drawn = index::sample(&mut random, films.len(), options.wishes);
        drawn.iter().filter_map(|place| films.get(place).copied()).collect()
    };
    people.wish(&friends, &mut wishes).await?;
    people.wish(&callers, &mut wishes).await?;
    people.close().await;
    let mut callers = callers.into_iter();
    let first = callers.next().ok_or("nobody asks")?;
    Ok((first, callers.collect()))
}
