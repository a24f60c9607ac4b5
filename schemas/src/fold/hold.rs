//! Bounded waits of the whole room for one member.

use super::{Judged, check_length};
use crate::ids::UserId;
use crate::limits::{HOLD_MEMBERS_MAX, HOLD_MS_MAX, REASON_CHARS_MAX};
use crate::playback::Hold;
use crate::record::{Entry, HoldAsked};
use crate::reject::RejectCode;
use crate::state::RoomState;

impl RoomState {
    pub(super) fn hold(&mut self, user: UserId, body: &HoldAsked) -> Result<Judged, RejectCode> {
        check_length(&body.reason, 0, REASON_CHARS_MAX)?;
        if self.members_count() > HOLD_MEMBERS_MAX {
            return Err(RejectCode::TooManyToHold);
        }
        let until_ms = body.until_ms.min(self.at_ms.saturating_add(HOLD_MS_MAX));
        if until_ms <= self.at_ms {
            return Err(RejectCode::Invalid);
        }
        let at_ms = self.at_ms;
        let person = self.people.get_mut(&user).ok_or(RejectCode::NotMember)?;
        if !person.holds.book(at_ms, until_ms) {
            return Err(RejectCode::HeldTooOften);
        }
        let position_ms = self.position_ms();
        // Outside a hold, `since_ms` may be the head start of a `play`, which still counts.
        let goes_on_ms =
            if self.playback.holds.is_empty() { self.playback.since_ms.max(at_ms) } else { at_ms };
        self.playback.holds.retain(|hold| hold.user != user);
        self.playback.holds.push(Hold { user, reason: body.reason.clone(), until_ms });
        self.playback.place(position_ms, goes_on_ms);
        Ok(Judged::playback(Entry::Hold(HoldAsked { reason: body.reason.clone(), until_ms })))
    }

    /// Ends the wait for a member; tells whether there was one.
    pub(super) fn end_hold(&mut self, user: UserId) -> bool {
        let at_ms = self.at_ms;
        let held = self.playback.holds.iter().any(|hold| hold.user == user);
        if held {
            let position_ms = self.position_ms();
            self.playback.holds.retain(|hold| hold.user != user);
            self.playback.place(position_ms, at_ms);
            if let Some(person) = self.people.get_mut(&user) {
                person.holds.end(at_ms);
            }
        }
        held
    }
}
