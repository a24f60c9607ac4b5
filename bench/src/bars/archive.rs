//! Speed and memory of a pass that archives closed rooms, beside bare inserts of the same
//! documents.

mod bare;
mod fill;
mod pass;

use std::sync::Arc;

use stack::{Engine, Stack};
use storage::StorageUrls;
use storage::clock::SystemClock;
use uuid::Uuid;

use super::Place;
use crate::Result;
use crate::figure::{Figure, Unit, number};
use crate::options::ArchiveOptions;

use self::bare::Speed;
use self::pass::Passed;

/// Times the speed of bare inserts.
const BAR_SPEED: f64 = 0.5;
/// Times the memory of the smallest pass.
const BAR_MEMORY: f64 = 1.25;
const BYTES_PER_MB: f64 = 1e6;

pub(super) fn method(options: &ArchiveOptions) -> String {
    let sizes: Vec<String> = options.sizes().iter().map(|size| grouped(*size)).collect();
    let server = match options.archive_url {
        Some(_) => "The archive is the server of `--archive-url`.",
        None => {
            "The archive is a stand-in for MongoDB that has no ranges of keys: it reads the \
             whole collection to read a room back. So there are no bars here; they are those of \
             a server given by `--archive-url`."
        }
    };
    format!(
        "A log in Kafka with {} records of closed rooms, one size after the other, each in a \
         topic of its own: {}, interleaved over 32 partitions; the rows in Postgres. Pass: \
         `movie-together-etl --once --soak 0s`, which scans, folds, inserts into the archive, \
         reads back, seals, marks the rows and truncates the log; records by the duration that \
         its report tells. Bare: the documents of that pass are read from the archive and \
         inserted into an empty database by the same driver, unordered `insert_many` of {} one \
         after the other, and {} at a time, with the same write concern (majority, journal), only \
         the inserts timed, and with no index but that of `_id`. Peak memory: `VmHWM` of the pass, asked every 10 ms. {server}",
        sizes.join(", "),
        fill::ROOMS,
        bare::BATCH_DOCUMENTS,
        options.inserters,
    )
}

pub(super) async fn run(options: &ArchiveOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut engines = vec![Engine::Postgres, Engine::Kafka];
    if options.archive_url.is_none() {
        engines.push(Engine::Mongodb);
    }
    let stack = Stack::start(&engines).await?;
    let archive_url = options.archive_url.clone().or_else(|| stack.archive_url());
    let archive_url = archive_url.ok_or("no archive runs")?;
    let mut figures = Vec::new();
    let mut peaks = Vec::new();
    for size in options.sizes() {
        let rooms_url = stack.rooms_url().ok_or("no Postgres runs")?;
        let log_url = stack.log_url().ok_or("no Kafka runs")?;
        let urls = StorageUrls {
            rooms: rooms_url,
            log: format!("{log_url}/size_{size}"),
            archive: with_database(&archive_url, &database_name("pass"))?,
        };
        let storage = storage::open(&urls, Arc::new(SystemClock)).await?;
        fill::fill(&storage, *size).await?;
        drop(storage);
        let passed = pass::run(&place.etl(), place.scratch, &urls, *size).await?;
        let fresh = with_database(&archive_url, &database_name("bare"))?;
        let one = bare::copy(&urls.archive, &fresh, *size, 1).await?;
        let many = bare::copy(&urls.archive, &fresh, *size, options.inserters).await?;
        bare::clear(&urls.archive).await?;
        let at_a_time = [(1, one), (options.inserters, many)];
        figures.extend(figures_of(*size, &passed, &at_a_time, options.archive_url.is_some()));
        peaks.push(number(passed.peak_bytes));
    }
    stack.stop().await;
    if let [smallest, .., largest] = peaks.as_slice() {
        let ratio = largest / smallest;
        let name = "peak memory, last size to first";
        figures.push(Figure::new(name, Unit::Ratio, ratio).under(BAR_MEMORY));
    }
    Ok(figures)
}

fn figures_of(
    size: usize,
    passed: &Passed,
    at_a_time: &[(usize, Speed)],
    has_bar: bool,
) -> Vec<Figure> {
    let of = |what: &str| format!("{what}, {}", grouped(size));
    let pass = bare::per_second(size, passed.duration);
    let mut figures = vec![Figure::new(of("pass, records"), Unit::PerSecond, pass)];
    for (inserters, bare) in at_a_time {
        let name = format!("bare, documents, {inserters} at a time");
        figures.push(Figure::new(of(&name), Unit::PerSecond, bare.0));
        let name = format!("pass to bare, {inserters} at a time");
        let ratio = Figure::new(of(&name), Unit::Ratio, pass / bare.0);
        figures.push(if has_bar { ratio.over(BAR_SPEED) } else { ratio });
    }
    let peak = number(passed.peak_bytes) / BYTES_PER_MB;
    figures.push(Figure::new(of("peak memory of the pass"), Unit::Megabytes, peak));
    figures
}

fn database_name(of: &str) -> String {
    format!("bench_{of}_{}", Uuid::new_v4().simple())
}

/// The same server, but for the database.
fn with_database(url: &str, database: &str) -> Result<String> {
    let (scheme, rest) = url.split_once("://").ok_or("--archive-url: no mongodb:// URL")?;
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let hosts = place.split('/').next().unwrap_or_default();
    Ok(format!("{scheme}://{hosts}/{database}?{parameters}"))
}

/// `1,000,000`.
fn grouped(size: usize) -> String {
    let digits = size.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_in_groups() {
        assert_eq!(grouped(1), "1");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(10_000), "10,000");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn a_url_keeps_all_but_its_database() {
        let of = |url| with_database(url, "new").unwrap();
        assert_eq!(of("mongodb://a:1"), "mongodb://a:1/new?");
        assert_eq!(of("mongodb://u:p@a:1,b:2/old?w=1"), "mongodb://u:p@a:1,b:2/new?w=1");
        assert!(with_database("a:1", "new").is_err());
    }
}
