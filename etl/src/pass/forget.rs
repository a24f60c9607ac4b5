//! Step 4, fourth part: blanks what people said, and the name in their rooms' rows, who are
//! remembered as erased. It comes after the inserts, so that somebody who is erased at this
//! moment is blanked either here or by the erasure itself, and before the seals, so that no
//! reader ever sees the words.

use std::collections::BTreeSet;

use schemas::ids::UserId;

use super::insert::InsertedRoom;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};

/// Erases the remembered from rooms.
pub(super) async fn forget(pass: &Pass, rooms: &[InsertedRoom]) -> Result<(), PassError> {
    let users: BTreeSet<UserId> = rooms.iter().flat_map(|room| &room.users).copied().collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let erased = pass.ports.archive.erased_among(&users).await?;
    if erased.is_empty() {
        return Ok(());
    }
    for owner in &erased {
        pass.ports.rooms.forget_owner(*owner).await?;
    }
    for room in rooms {
        let here: BTreeSet<UserId> = room.users.intersection(&erased).copied().collect();
        if here.is_empty() {
            continue;
        }
        pass.go_on()?;
        pass.ports.archive.erase_in(room.room, &here).await?;
        reached(CrashPoint::Erase);
    }
    Ok(())
}
