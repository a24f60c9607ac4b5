//! Brings a sealed room's row to `archived`, by way of `closed` where it lags.

use schemas::archive::Seal;
use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::Entry;
use storage::rooms::Closed;

use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};

/// Marks a row whose room was sealed just now. Each change is conditional, so another pass
/// or a node may do the same at the same time.
pub(super) async fn archived(
    pass: &Pass,
    room: RoomId,
    status: Option<RoomStatus>,
    closed: &Closed,
) -> Result<(), PassError> {
    if matches!(status, Some(RoomStatus::Creating | RoomStatus::Open)) {
        pass.ports.rooms.mark_closed(room, closed).await?;
        reached(CrashPoint::MarkClosed);
    }
    if status.is_some_and(|status| status != RoomStatus::Archived) {
        pass.ports.rooms.mark_archived(room).await?;
        reached(CrashPoint::MarkArchived);
    }
    Ok(())
}

/// Marks a row that was found behind a seal. When and why the room closed stands in its last
/// event, which is asked for only if the row does not know yet.
pub(super) async fn behind_seal(
    pass: &Pass,
    seal: &Seal,
    status: Option<RoomStatus>,
) -> Result<(), PassError> {
    match status {
        None | Some(RoomStatus::Archived | RoomStatus::Aborted) => return Ok(()),
        Some(RoomStatus::Closed) => {
            pass.ports.rooms.mark_archived(seal.room).await?;
            reached(CrashPoint::MarkArchived);
            return Ok(());
        }
        Some(RoomStatus::Creating | RoomStatus::Open) => {}
    }
    let closed = closed_of(pass, seal).await?;
    archived(pass, seal.room, status, &closed).await
}

async fn closed_of(pass: &Pass, seal: &Seal) -> Result<Closed, PassError> {
    let without_close = PassError::SealWithoutClose { room: seal.room };
    let Some(reader) = seal.members.first() else {
        return Err(without_close);
    };
    let last = pass.ports.archive.events(seal.room, *reader, None, 1).await?;
    let last = last.and_then(|page| page.events.into_iter().next());
    match last.map(|event| (event.at_ms, event.entry)) {
        Some((at_ms, Entry::RoomClosed(body))) => Ok(Closed {
            first_offset: seal.first_offset,
            close_offset: seal.close_offset,
            reason: body.reason,
            at_ms,
        }),
        _ => Err(without_close),
    }
}
