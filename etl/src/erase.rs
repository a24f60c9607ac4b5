//! Makes archive and room rows forget a person, in the rooms that are there and in those to come.

use std::collections::BTreeSet;

use schemas::ids::UserId;
use serde::Serialize;
use storage::Storage;
use storage::archive::ArchiveError;
use storage::clock::Clock;
use storage::rooms::RoomsError;
use tokio_util::sync::CancellationToken;

use crate::progress::Terminal;

/// What an erasure did; one line of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EraseReport {
    /// Who is forgotten.
    pub user: UserId,
    /// Whether nobody had asked for it before.
    pub is_new: bool,
    /// Rooms with something of this person.
    pub rooms: u64,
    /// How many of them were gone through.
    pub rooms_done: u64,
    /// Room rows that lost the name of their owner by this call.
    pub names_erased: u64,
    /// Events that were blanked by this call.
    pub events_erased: u64,
    /// Records in quarantine that were blanked by this call.
    pub records_erased: u64,
    /// Whether it was told to stop before it was done; the same call goes on.
    pub stopped: bool,
    /// How long it took.
    pub duration_ms: i64,
}

/// Why an erasure broke off; the same call goes on.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The rows failed.
    #[error("could not write the rooms' rows")]
    Rooms(#[from] RoomsError),
    /// The archive failed.
    #[error("could not write or read the archive")]
    Archive(#[from] ArchiveError),
}

/// Remembers a person, then blanks their name in room rows, and their words in what was set
/// aside and in the rooms that are archived.
/// Can be repeated at any time; rooms that are archived later are blanked by the pass that
/// archives them.
pub async fn erase(
    ports: &Storage,
    clock: &dyn Clock,
    user: UserId,
    stop: &CancellationToken,
    terminal: &Terminal,
) -> Result<EraseReport, EraseError> {
    let started_at_ms = clock.now_ms();
    // First of all, so that a pass which runs now either knows or leaves the room to us.
    let archive = ports.archive.as_ref();
    let is_new = archive.remember_erasure(user, started_at_ms).await?;
    let names_erased = ports.rooms.forget_owner(user).await?;
    let only_this = BTreeSet::from([user]);
    let records_erased = archive.erase_in_quarantine(&only_this).await?;
    let rooms = archive.rooms_with(user).await?;
    let progress = terminal.bar("erasing", "rooms");
    progress.expect(rooms.len() as u64);
    let (mut rooms_done, mut events_erased) = (0, 0);
    for room in &rooms {
        if stop.is_cancelled() {
            break;
        }
        events_erased += archive.erase_in(*room, &only_this).await?;
        rooms_done += 1;
        progress.advance(1);
    }
    let rooms = rooms.len() as u64;
    let duration_ms = clock.now_ms() - started_at_ms;
    tracing::info!(
        %user, is_new, rooms, rooms_done, names_erased, events_erased, records_erased, duration_ms,
        "erasure over"
    );
    let stopped = rooms_done < rooms;
    Ok(EraseReport {
        user,
        is_new,
        rooms,
        rooms_done,
        names_erased,
        events_erased,
        records_erased,
        stopped,
        duration_ms,
    })
}
