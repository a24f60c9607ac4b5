//! When a room is over without anybody saying so. Judged from the log's time alone, so any
//! node comes to the same answer at the same moment.

use schemas::record::CloseReason;
use schemas::state::RoomState;

use super::super::RelayOptions;

/// Why the room should be closed now, if it should.
pub(super) fn reason_to_close(
    state: &RoomState,
    now_ms: i64,
    options: &RelayOptions,
) -> Option<CloseReason> {
    if state.closed().is_some() {
        return None;
    }
    let created_at_ms = state.events().first().map_or(now_ms, |first| first.at_ms);
    let is_past = |since_ms: i64, limit: std::time::Duration| {
        let limit_ms = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
        now_ms.saturating_sub(since_ms) >= limit_ms
    };
    if is_past(created_at_ms, options.room_age_max) {
        Some(CloseReason::TooOld)
    } else if state.ended_at_ms().is_some_and(|ended| is_past(ended, options.ended_close)) {
        Some(CloseReason::Ended)
    } else if state.members_count() == 0 && is_past(state.at_ms(), options.empty_close) {
        Some(CloseReason::Empty)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use schemas::fold::{Outcome, fold};
    use schemas::ids::{MovieId, RoomId, UserId};
    use schemas::record::{Control, Entry, LeaveReason, MemberLeft, Record, RoomCreated};
    use uuid::Uuid;

    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn room_created_at(at_ms: i64) -> RoomState {
        let user = UserId(Uuid::from_u128(1));
        let created = RoomCreated {
            owner: user,
            owner_name: "Vasily".to_owned(),
            movie_id: MovieId(Uuid::from_u128(2)),
            title: "Film".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
        };
        let entry = Entry::RoomCreated(Box::new(created));
        let record = Record::of_node(RoomId(Uuid::from_u128(3)), Some(user), entry);
        let mut state = None;
        fold(&mut state, &record, at_ms);
        state.unwrap()
    }

    fn left(state: &mut RoomState, at_ms: i64) {
        let entry = Entry::MemberLeft(MemberLeft { reason: LeaveReason::Gone });
        let record = Record::of_node(state.room(), Some(state.owner()), entry);
        assert_eq!(state.apply(&record, at_ms), Outcome::Accepted { seq: 2 });
    }

    #[test]
    fn an_empty_room_closes_after_its_time_and_not_before() {
        let options = RelayOptions::default();
        let mut state = room_created_at(0);
        assert_eq!(reason_to_close(&state, 15 * MINUTE_MS, &options), None, "the owner is in it");
        left(&mut state, MINUTE_MS);
        assert_eq!(reason_to_close(&state, 16 * MINUTE_MS - 1, &options), None);
        let reason = reason_to_close(&state, 16 * MINUTE_MS, &options);
        assert_eq!(reason, Some(CloseReason::Empty));
    }

    #[test]
    fn an_old_room_closes_though_people_are_in_it() {
        let options = RelayOptions { room_age_max: Duration::from_hours(1), ..Default::default() };
        let state = room_created_at(0);
        assert_eq!(reason_to_close(&state, 60 * MINUTE_MS - 1, &options), None);
        let reason = reason_to_close(&state, 60 * MINUTE_MS, &options);
        assert_eq!(reason, Some(CloseReason::TooOld));
    }
}
