//! Step 4, fourth part: blanks what people said who are remembered as erased. It comes after
//! the inserts, so that somebody who is erased at this moment is blanked either here or by
//! the erasure itself, and before the seals, so that no reader ever sees the words.

use std::collections::BTreeSet;

use schemas::ids::UserId;

use super::closed_room::ClosedRoom;
use super::insert::InsertedRoom;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};

/// Erases the remembered from rooms.
pub(super) async fn forget(pass: &Pass, rooms: &[InsertedRoom]) -> Result<(), PassError> {
    let users: BTreeSet<UserId> =
        rooms.iter().flat_map(|inserted| users_of(&inserted.room)).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let erased = pass.ports.archive.erased_among(&users).await?;
    if erased.is_empty() {
        return Ok(());
    }
    for InsertedRoom { room, .. } in rooms {
        let here: BTreeSet<UserId> = users_of(room).filter(|user| erased.contains(user)).collect();
        if here.is_empty() {
            continue;
        }
        pass.go_on()?;
        pass.ports.archive.erase_in(room.room, &here).await?;
        reached(CrashPoint::Erase);
    }
    Ok(())
}

/// Everyone who did something there; nobody is waited for who never did.
fn users_of(room: &ClosedRoom) -> impl Iterator<Item = UserId> {
    room.events().filter_map(|(_, event)| event.user)
}
