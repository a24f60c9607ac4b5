//! The evenings of a person, past and present.

use schemas::http::{RoomPage, RoomStatus};
use storage::rooms::RoomRows;

use super::view_room::view_of_row;
use super::{Caller, Refusal, Services};

/// How many of a person's rooms, newest first, a search looks through.
const SEARCH_ROOMS_MAX: u32 = 1000;

impl Services {
    /// Rooms the caller was ever a member of, newest first; with a query, those whose title
    /// contains it, whatever the case.
    pub async fn my_rooms(
        &self,
        caller: &Caller,
        query: Option<String>,
        page: u32,
        size: u32,
    ) -> Result<RoomPage, Refusal> {
        let found = match query {
            Some(query) => {
                let newest = self.rooms.rooms_of(caller.user, 1, SEARCH_ROOMS_MAX).await?;
                titled(newest, &query, page, size)
            }
            None => self.rooms.rooms_of(caller.user, page, size).await?,
        };
        let mut items = Vec::with_capacity(found.rows.len());
        for row in found.rows {
            let lives = row.status == RoomStatus::Open;
            let live = if lives { self.relay.room(row.id).await.ok() } else { None };
            items.push(match live {
                Some(handle) => handle.look(caller.user).await?.view,
                None => view_of_row(row),
            });
        }
        Ok(RoomPage { items, total: found.total, page, size })
    }
}

/// The page of those whose title contains a text.
fn titled(mut found: RoomRows, query: &str, page: u32, size: u32) -> RoomRows {
    let query = query.to_lowercase();
    found.rows.retain(|row| row.title.to_lowercase().contains(&query));
    let total = found.rows.len() as u64;
    let in_rooms = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let skipped = in_rooms(page.saturating_sub(1)).saturating_mul(in_rooms(size));
    let rows = found.rows.into_iter().skip(skipped).take(in_rooms(size)).collect();
    RoomRows { rows, total }
}

#[cfg(test)]
mod tests {
    use schemas::ids::{MovieId, RoomId, UserId};
    use schemas::record::Control;
    use storage::rooms::RoomRow;
    use uuid::Uuid;

    use super::*;

    fn row(title: &str) -> RoomRow {
        RoomRow {
            id: RoomId(Uuid::now_v7()),
            owner: UserId(Uuid::nil()),
            owner_name: String::new(),
            movie_id: MovieId(Uuid::nil()),
            title: title.to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
            status: RoomStatus::Archived,
            partition: 0,
            epoch: String::new(),
            first_offset: None,
            close_offset: None,
            close_reason: None,
            created_at_ms: 0,
            closed_at_ms: None,
        }
    }

    #[test]
    fn titles_are_found_whatever_the_case_page_by_page() {
        let rows = ["СТАЛКЕР", "Solaris", "сталкер 2", "Сталкер"].map(row);
        let found = RoomRows { total: rows.len() as u64, rows: rows.to_vec() };
        for (page, size, titles) in [
            (1, 2, vec!["СТАЛКЕР", "сталкер 2"]),
            (2, 2, vec!["Сталкер"]),
            (3, 2, vec![]),
            (u32::MAX, u32::MAX, vec![]),
        ] {
            let page = titled(found.clone(), "сталкеР", page, size);
            let seen: Vec<&str> = page.rows.iter().map(|row| row.title.as_str()).collect();
            assert_eq!((page.total, seen), (3, titles));
        }
    }
}
