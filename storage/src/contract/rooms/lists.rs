use std::collections::BTreeSet;
use std::sync::Arc;

use schemas::http::RoomStatus::{Aborted, Archived, Closed, Creating, Open};
use schemas::ids::{RoomId, UserId};

use super::super::{Checked, ensure, ensure_eq};
use super::{STATUSES, a_row, a_user, add, get};
use crate::rooms::{RoomRow, Rooms};

pub(super) async fn unarchived(rooms: Arc<dyn Rooms>) -> Checked {
    let mut all = BTreeSet::new();
    for partition in [0, 1, 2] {
        let mut wanted = BTreeSet::new();
        for status in STATUSES {
            let row = RoomRow { partition, ..a_row(a_user()) };
            let room = add(&rooms, &row, status).await?;
            if matches!(status, Creating | Open | Closed) {
                wanted.insert(room);
            }
        }
        let rows = rooms.unarchived_in(partition..partition + 1).await?;
        ensure!(rows.iter().all(|row| row.partition == partition), "a row of another partition");
        ensure_eq!(ids(&rows), wanted, "the rows");
        all.append(&mut wanted);
    }
    ensure_eq!(ids(&rooms.unarchived_in(0..3).await?), all, "the rows of three partitions");
    ensure_eq!(rooms.unarchived_in(3..7).await?, [], "partitions without rooms");
    Ok(())
}

pub(super) async fn pages(rooms: Arc<dyn Rooms>) -> Checked {
    let user = a_user();
    let mut newest_first = Vec::new();
    for created_at_ms in 0..7 {
        let row = RoomRow { created_at_ms, ..a_row(a_user()) };
        let room = add(&rooms, &row, Open).await?;
        rooms.add_member(room, user, 1).await?;
        newest_first.insert(0, room);
    }
    let elsewhere = add(&rooms, &a_row(a_user()), Open).await?;
    rooms.add_member(elsewhere, a_user(), 1).await?;

    for size in [1, 3, 6, 7, 8] {
        let mut listed = Vec::new();
        for page in 1..=8 {
            let rows = rooms.rooms_of(user, page, size).await?;
            ensure_eq!(rows.total, 7, "the total");
            ensure!(rows.rows.len() <= size as usize, "a page of more than {size}");
            listed.extend(rows.rows.iter().map(|row| row.id));
        }
        ensure_eq!(listed, newest_first, "all pages");
    }
    let nobody = rooms.rooms_of(a_user(), 1, 10).await?;
    ensure_eq!((nobody.total, nobody.rows.len()), (0, 0), "nobody's rooms");
    Ok(())
}

pub(super) async fn left_out(rooms: Arc<dyn Rooms>) -> Checked {
    let user = a_user();
    let mut wanted = BTreeSet::new();
    for status in STATUSES {
        let room = add(&rooms, &a_row(a_user()), status).await?;
        rooms.add_member(room, user, 1).await?;
        if matches!(status, Open | Closed | Archived) {
            wanted.insert(room);
        }
    }
    let listed = rooms.rooms_of(user, 1, 10).await?;
    ensure_eq!(ids(&listed.rows), wanted, "the rooms");
    ensure_eq!(listed.total, 3, "the total");
    Ok(())
}

pub(super) async fn member_again(rooms: Arc<dyn Rooms>) -> Checked {
    let room = add(&rooms, &a_row(a_user()), Open).await?;
    let users: [UserId; 2] = [a_user(), a_user()];
    for user in users {
        rooms.add_member(room, user, 1).await?;
        rooms.add_member(room, user, 2).await?;
        let listed = rooms.rooms_of(user, 1, 10).await?;
        ensure_eq!((listed.total, listed.rows.len()), (1, 1), "a member's rooms");
    }
    Ok(())
}

pub(super) async fn forgets_owner(rooms: Arc<dyn Rooms>) -> Checked {
    let owner = a_user();
    let other = a_row(a_user());
    add(&rooms, &other, Open).await?;
    let mut wanted = Vec::new();
    for status in [Aborted, Closed, Archived, Open] {
        let row = a_row(owner);
        add(&rooms, &row, status).await?;
        wanted.push(RoomRow { owner_name: String::new(), ..get(&rooms, row.id).await? });
    }
    ensure_eq!(rooms.forget_owner(owner).await?, 4, "the rows");
    for row in wanted {
        ensure_eq!(get(&rooms, row.id).await?, row, "the row");
    }
    ensure_eq!(get(&rooms, other.id).await?.owner_name, other.owner_name, "the other's name");
    ensure_eq!(rooms.forget_owner(owner).await?, 0, "the rows again");
    Ok(())
}

fn ids(rows: &[RoomRow]) -> BTreeSet<RoomId> {
    rows.iter().map(|row| row.id).collect()
}
