//! After the faults: closes what is open, lets the passes finish, and reads what is there.

use std::collections::BTreeMap;
use std::time::Duration;

use schemas::event::Event;
use schemas::http::RoomStatus;
use schemas::ids::{RoomId, UserId};
use serde_json::json;
use storage::Storage;
use storage::archive::ArchiveError;
use tokio::time::{Instant, sleep};

use super::account::Account;
use super::collect::{Begun, Collector};
use super::passes::pass_once;
use super::world::{World, WorldError};
use crate::checker::ArchivedRoom;

/// Longest wait until all is archived; longer than a janitor waits for a room to open.
const QUIET_WAIT_MAX: Duration = Duration::from_mins(10);
const QUIET_PAUSE: Duration = Duration::from_millis(500);
/// Most rooms read back at a time.
const ROOMS_MAX: usize = 20;
/// Events of one page of the archive.
const PAGE_EVENTS: usize = 1000;

/// Closes rooms and runs passes until every room that began is archived, or the time is up,
/// which the checker will find.
pub(super) async fn until_quiet(
    world: &World,
    collector: &Collector,
    owners: &[Account],
) -> Result<(), WorldError> {
    let deadline = Instant::now() + QUIET_WAIT_MAX;
    let pass = &world.etls[0];
    loop {
        let mut open = 0;
        for (room, begun) in collector.rooms() {
            match status(&world.storage, room).await {
                Some(RoomStatus::Archived | RoomStatus::Aborted) => continue,
                Some(RoomStatus::Creating | RoomStatus::Open) => close(owners, room, begun).await,
                Some(RoomStatus::Closed) | None => {}
            }
            open += 1;
        }
        let report = pass_once(pass).await?;
        let is_complete = report["failures_total"] == 0;
        if (open == 0 && is_complete) || Instant::now() >= deadline {
            return Ok(());
        }
        sleep(QUIET_PAUSE).await;
    }
}

async fn status(storage: &Storage, room: RoomId) -> Option<RoomStatus> {
    Some(storage.rooms.get(room).await.ok()??.status)
}

async fn close(owners: &[Account], room: RoomId, begun: Begun) {
    if let Some(owner) = owners.iter().find(|owner| owner.id == begun.owner) {
        // Asked again until it is closed.
        drop(owner.post(&format!("/room/{room}/close"), &json!({})).await);
    }
}

/// What rows and archive say of every room that began.
pub(super) async fn archived_rooms(
    storage: &Storage,
    collector: &Collector,
) -> Result<BTreeMap<RoomId, ArchivedRoom>, HarvestError> {
    let begun: Vec<(RoomId, Begun)> = collector.rooms().into_iter().collect();
    let mut rooms = BTreeMap::new();
    for some in begun.chunks(ROOMS_MAX) {
        let ids: Vec<RoomId> = some.iter().map(|(room, _)| *room).collect();
        let chains =
            patiently(archive_is_away, async || storage.archive.read_back(&ids).await).await?;
        for ((room, begun), read_back) in some.iter().zip(chains) {
            let Some(row) = storage.rooms.get(*room).await? else { continue };
            let seal =
                patiently(archive_is_away, async || storage.archive.seal_of(*room).await).await?;
            let events = events(storage, *room, begun.owner).await?;
            let archived = ArchivedRoom { status: row.status, seal, read_back, events };
            rooms.insert(*room, archived);
        }
    }
    Ok(rooms)
}

/// A busy store may need several tries.
pub(super) async fn patiently<T, E>(
    is_away: impl Fn(&E) -> bool,
    read: impl AsyncFn() -> Result<T, E>,
) -> Result<T, E> {
    let deadline = Instant::now() + QUIET_WAIT_MAX;
    loop {
        match read().await {
            Err(error) if is_away(&error) && Instant::now() < deadline => sleep(QUIET_PAUSE).await,
            read => return read,
        }
    }
}

/// Whether the archive may answer another time.
pub(super) fn archive_is_away(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Away(_))
}

/// Why the end could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The rows.
    #[error("the rows could not be read")]
    Rooms(#[from] storage::rooms::RoomsError),
    /// The archive.
    #[error("the archive could not be read")]
    Archive(#[from] ArchiveError),
    /// The log.
    #[error("the log could not be read")]
    Log(#[from] storage::log::ReadError),
}

/// What a reader sees, oldest first.
async fn events(
    storage: &Storage,
    room: RoomId,
    reader: UserId,
) -> Result<Vec<Event>, HarvestError> {
    let mut events: Vec<Event> = vec![];
    loop {
        let before = events.last().map(|event| event.seq);
        let page = patiently(archive_is_away, async || {
            storage.archive.events(room, reader, before, PAGE_EVENTS).await
        });
        let page = page.await?;
        let Some(page) = page else { break };
        let has_more = page.has_more && !page.events.is_empty();
        events.extend(page.events);
        if !has_more {
            break;
        }
    }
    events.reverse();
    Ok(events)
}
