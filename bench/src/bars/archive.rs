//! Speed and memory of a pass that archives closed rooms, beside bare inserts of the same
//! documents and the sink of a connector.

mod bare;
mod connector;
mod fill;
mod pass;

use std::sync::Arc;
use std::time::Duration;

use stack::{Engine, Stack};
use storage::StorageUrls;
use storage::clock::SystemClock;
use uuid::Uuid;

use crate::Result;
use crate::figure::{Figure, Unit, number};
use crate::options::ArchiveOptions;
use crate::place::Place;
use crate::rest::at_rest;

use self::bare::Speed;
use self::connector::{Connector, Copied};
use self::pass::Passed;

/// Times the speed of bare inserts.
const BAR_SPEED: f64 = 0.5;
/// Times the speed of the connector.
const BAR_CONNECTOR: f64 = 2.0;
/// Records of first rounds that do not count: servers that compile themselves while they run
/// need some.
const WARM_UPS_RECORDS: [usize; 2] = [100_000, 10_000];
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
         topic of its own: {}, interleaved over 32 partitions; the rows in Postgres. First \
         rounds of {} records do not count, and before each part the machine comes to rest. \
         Pass: `movie-together-etl --once --soak 0s`, which \
         scans, folds, inserts into the archive, whose collections exist, reads back, seals, \
         marks the rows and truncates the log; records by the duration that its report tells. \
         Bare: the documents of that pass are read from the archive and inserted into an empty \
         database by the same driver, unordered `insert_many` of {} one after the other, and {} \
         at a time, with the same write concern (majority, journal), only the inserts timed, and \
         with no index but that of `_id`. Connector: before the pass, the sink of the MongoDB \
         Kafka connector 2.0.1 copies the same topic, record by record, in one worker of Kafka \
         Connect 4.1.1 that runs all the while, with {} tasks, whole polls of up to 5000 records \
         as unordered bulk inserts, keys made of the offset and the same write concern; timed \
         from when its tasks, which have shared out the partitions, are let go until every record \
         is there. Peak memory: `VmHWM`, that of the \
         pass asked every 10 ms. {server}",
        sizes.join(", "),
        fill::ROOMS,
        WARM_UPS_RECORDS.map(grouped).join(" and "),
        bare::BATCH_DOCUMENTS,
        options.inserters,
        options.connector_tasks,
    )
}

pub(super) async fn run(options: &ArchiveOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut engines = vec![Engine::Postgres, Engine::Kafka];
    if options.archive_url.is_none() {
        engines.push(Engine::Mongodb);
    }
    let stack = Stack::start(&engines).await?;
    let archive_url = options.archive_url.clone().or_else(|| stack.archive_url());
    let log_url = stack.log_url().ok_or("no Kafka runs")?;
    let connector = match options.archive_url {
        Some(_) => Some(Connector::start(place.scratch, &log_url).await?),
        None => None,
    };
    let servers = Servers {
        rooms_url: stack.rooms_url().ok_or("no Postgres runs")?,
        log_url,
        archive_url: archive_url.ok_or("no archive runs")?,
        connector,
    };
    for size in WARM_UPS_RECORDS {
        servers.measure(&format!("warm_up_{size}"), size, options, place).await?;
    }
    let mut figures = Vec::new();
    let mut peaks = Vec::new();
    for size in options.sizes() {
        let topic = format!("size_{size}");
        let measured = servers.measure(&topic, *size, options, place).await?;
        figures.extend(figures_of(*size, &measured, options.archive_url.is_some()));
        peaks.push(number(measured.pass.peak_bytes));
    }
    drop(servers);
    stack.stop().await;
    if let [smallest, .., largest] = peaks.as_slice() {
        let ratio = largest / smallest;
        let name = "peak memory, last size to first";
        figures.push(Figure::new(name, Unit::Ratio, ratio).under(BAR_MEMORY));
    }
    Ok(figures)
}

/// What is measured against each other.
struct Servers {
    rooms_url: String,
    log_url: String,
    archive_url: String,
    connector: Option<Connector>,
}

/// One log, archived in every way.
struct Measured {
    pass: Passed,
    connector: Option<Copied>,
    /// Inserts at a time, and their speed.
    bare: [(usize, Speed); 2],
}

impl Servers {
    async fn measure(
        &self,
        topic: &str,
        size: usize,
        options: &ArchiveOptions,
        place: Place<'_>,
    ) -> Result<Measured> {
        let fresh = |of| with_database(&self.archive_url, &database_name(of));
        let urls = StorageUrls {
            rooms: self.rooms_url.clone(),
            log: format!("{}/{topic}", self.log_url),
            archive: fresh("pass")?,
        };
        let storage = storage::open(&urls, Arc::new(SystemClock)).await?;
        let sink = fresh("connector")?;
        if let Some(connector) = &self.connector {
            connector.prepare(topic, &sink, options.connector_tasks).await?;
        }
        fill::fill(&storage, size).await?;
        at_rest().await?;
        let connector = match &self.connector {
            Some(connector) => Some(connector.copy(&storage, topic, &sink).await?),
            None => None,
        };
        drop(storage);
        bare::prepare(&urls.archive).await?;
        at_rest().await?;
        let pass = pass::run(&place.etl(), place.scratch, &urls, size).await?;
        let fresh = fresh("bare")?;
        at_rest().await?;
        let one = bare::copy(&urls.archive, &fresh, size, 1).await?;
        at_rest().await?;
        let many = bare::copy(&urls.archive, &fresh, size, options.inserters).await?;
        bare::clear(&urls.archive).await?;
        Ok(Measured { pass, connector, bare: [(1, one), (options.inserters, many)] })
    }
}

fn figures_of(size: usize, measured: &Measured, has_bar: bool) -> Vec<Figure> {
    let of = |what: &str| format!("{what}, {}", grouped(size));
    let passed = &measured.pass;
    let pass = bare::per_second(size, passed.duration);
    let mut figures = vec![Figure::new(of("pass, records"), Unit::PerSecond, pass)];
    for (inserters, bare) in &measured.bare {
        let name = format!("bare, documents, {inserters} at a time");
        figures.push(Figure::new(of(&name), Unit::PerSecond, bare.0));
        let name = format!("pass to bare, {inserters} at a time");
        let ratio = Figure::new(of(&name), Unit::Ratio, pass / bare.0);
        figures.push(if has_bar { ratio.over(BAR_SPEED) } else { ratio });
    }
    let peak = number(passed.peak_bytes) / BYTES_PER_MB;
    figures.push(Figure::new(of("peak memory of the pass"), Unit::Megabytes, peak));
    figures.extend(measured.connector.iter().flat_map(|copied| beside(size, passed, copied)));
    figures
}

/// The pass beside the connector.
fn beside(size: usize, passed: &Passed, copied: &Copied) -> Vec<Figure> {
    let of = |what: &str| format!("{what}, {}", grouped(size));
    let speed = |took| bare::per_second(size, took);
    let per_record = |took: Duration| took.as_secs_f64() * 1e6 / number(size as u64);
    let ratio = speed(passed.duration) / speed(copied.duration);
    let memory = number(copied.peak_bytes) / BYTES_PER_MB;
    let (pass, peer) = (per_record(passed.processor_time), per_record(copied.processor_time));
    vec![
        Figure::new(of("connector, records"), Unit::PerSecond, speed(copied.duration)),
        Figure::new(of("pass to connector"), Unit::Ratio, ratio).over(BAR_CONNECTOR),
        Figure::new(of("processor time of a record, pass"), Unit::Microseconds, pass),
        Figure::new(of("processor time of a record, connector"), Unit::Microseconds, peer),
        Figure::new(of("peak memory of the connector so far"), Unit::Megabytes, memory),
    ]
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
