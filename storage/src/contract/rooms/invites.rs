use std::sync::Arc;

use schemas::http::RoomStatus::Open;
use schemas::ids::RoomId;

use super::super::{Checked, ensure_eq, ensure_refused};
use super::{a_row, a_user, add};
use crate::rooms::{Invite, Rooms, RoomsError};

fn an_invite(room: RoomId, number: u32, code: u8) -> Invite {
    Invite { room, number, code_hash: [code; 32], outside_link: None }
}

pub(super) async fn by_code(rooms: Arc<dyn Rooms>) -> Checked {
    let room = add(&rooms, &a_row(a_user()), Open).await?;
    let plain = an_invite(room, 1, 1);
    let outside = Invite {
        outside_link: Some("https://short.example/abc".to_owned()),
        ..an_invite(room, 2, 2)
    };
    for invite in [&plain, &outside] {
        ensure_eq!(rooms.invite(&invite.code_hash).await?, None, "before");
        rooms.add_invite(invite).await?;
        let found = rooms.invite(&invite.code_hash).await?;
        ensure_eq!(found.as_ref(), Some(invite), "the invite");
    }
    ensure_eq!(rooms.invite(&[9; 32]).await?, None, "another code");
    Ok(())
}

pub(super) async fn last(rooms: Arc<dyn Rooms>) -> Checked {
    let room = add(&rooms, &a_row(a_user()), Open).await?;
    let other = add(&rooms, &a_row(a_user()), Open).await?;
    ensure_eq!(rooms.last_invite(room).await?, None, "before");
    for number in [1, 3, 2] {
        let code = u8::try_from(number)?;
        rooms.add_invite(&an_invite(room, number, code)).await?;
    }
    rooms.add_invite(&an_invite(other, 8, 8)).await?;
    let last = rooms.last_invite(room).await?;
    ensure_eq!(last, Some(an_invite(room, 3, 3)), "the last invite");
    Ok(())
}

pub(super) async fn taken(rooms: Arc<dyn Rooms>) -> Checked {
    let room = add(&rooms, &a_row(a_user()), Open).await?;
    let other = add(&rooms, &a_row(a_user()), Open).await?;
    let first = an_invite(room, 1, 1);
    rooms.add_invite(&first).await?;
    let same_number = rooms.add_invite(&an_invite(room, 1, 2)).await;
    ensure_refused!(same_number, RoomsError::InviteTaken, "a number again");
    let same_code = rooms.add_invite(&an_invite(other, 1, 1)).await;
    ensure_refused!(same_code, RoomsError::InviteTaken, "a code again");
    ensure_eq!(rooms.invite(&first.code_hash).await?, Some(first), "the first");
    ensure_eq!(rooms.last_invite(other).await?, None, "the other room's");
    rooms.add_invite(&an_invite(other, 1, 2)).await?;
    Ok(())
}
