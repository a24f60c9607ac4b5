//! The driver alone: the documents of a pass, inserted into an empty database.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{RawDocumentBuf, doc};
use mongodb::options::{CollectionOptions, WriteConcern};
use mongodb::{Client, Collection, Cursor, Database};

use crate::Result;
use crate::figure::number;

/// Documents of one `insert_many`, as a pass has them.
pub(super) const BATCH_DOCUMENTS: usize = 2000;
/// Batches that are read before they are inserted against the clock.
const BATCHES_READ: usize = 16;
const EVENTS: &str = "movie_together_event";
/// What a pass writes to.
const COLLECTIONS: [&str; 3] = [EVENTS, "movie_together_participant", "movie_together_seal"];

/// Documents a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed(pub(super) f64);

/// Inserts the events of one database into another, which is dropped afterwards.
pub(super) async fn copy(from: &str, to: &str, count: usize, inserters: usize) -> Result<Speed> {
    let (from, to) = (database(from).await?, database(to).await?);
    to.create_collection(EVENTS).await?;
    let target = target(&to);
    let mut source = from.collection::<RawDocumentBuf>(EVENTS).find(doc! {}).await?;
    let (mut inserted, mut took) = (0, Duration::ZERO);
    loop {
        let batches = read(&mut source).await?;
        if batches.is_empty() {
            break;
        }
        inserted += batches.iter().map(Vec::len).sum::<usize>();
        let began = Instant::now();
        insert(&target, batches, inserters).await?;
        took += began.elapsed();
    }
    to.drop().await?;
    if inserted == count {
        Ok(Speed(per_second(count, took)))
    } else {
        Err(format!("of {count} documents {inserted} are in the archive").into())
    }
}

/// Makes the collections of a pass, which are there in any pass but the first.
pub(super) async fn prepare(url: &str) -> Result<()> {
    let database = database(url).await?;
    for name in COLLECTIONS {
        database.create_collection(name).await?;
    }
    Ok(())
}

/// Drops what a pass has archived.
pub(super) async fn clear(url: &str) -> Result<()> {
    Ok(database(url).await?.drop().await?)
}

pub(super) fn per_second(count: usize, took: Duration) -> f64 {
    number(count as u64) / took.as_secs_f64()
}

async fn database(url: &str) -> Result<Database> {
    let client = Client::with_uri_str(url).await?;
    Ok(client.default_database().ok_or("a URL without a database")?)
}

/// Waits for as much as a pass waits for.
fn target(database: &Database) -> Collection<RawDocumentBuf> {
    let mut majority = WriteConcern::majority();
    majority.journal = Some(true);
    let options = CollectionOptions::builder().write_concern(majority).build();
    database.collection_with_options(EVENTS, options)
}

async fn read(source: &mut Cursor<RawDocumentBuf>) -> Result<Vec<Vec<RawDocumentBuf>>> {
    let documents: Vec<_> = source.take(BATCH_DOCUMENTS * BATCHES_READ).try_collect().await?;
    Ok(documents.chunks(BATCH_DOCUMENTS).map(<[_]>::to_vec).collect())
}

async fn insert(
    target: &Collection<RawDocumentBuf>,
    batches: Vec<Vec<RawDocumentBuf>>,
    inserters: usize,
) -> Result<()> {
    let inserts = stream::iter(batches.into_iter().map(Ok));
    let inserts = inserts.try_for_each_concurrent(inserters, async |batch| {
        target.insert_many(batch).ordered(false).await.map(drop)
    });
    Ok(inserts.await?)
}
