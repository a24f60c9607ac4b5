//! The shared controls of the player.

use super::{Judged, check_length};
use crate::limits::{END_TOLERANCE_MS, LEAD_MS_MAX, RATE_MAX, RATE_MIN, TITLE_CHARS_MAX};
use crate::playback::Playback;
use crate::record::{Entry, MovieChanged};
use crate::reject::RejectCode;
use crate::state::{RoomMovie, RoomState};

impl RoomState {
    pub(super) fn end_film(&mut self) -> Result<(), RejectCode> {
        let duration_ms = self.movie.duration_ms;
        let position_ms = self.position_ms();
        if self.ended_at_ms.is_some() {
            return Err(RejectCode::AlreadyEnded);
        }
        if duration_ms > 0 && position_ms < duration_ms.saturating_sub(END_TOLERANCE_MS) {
            return Err(RejectCode::NotNearEnd);
        }
        self.ended_at_ms = Some(self.at_ms);
        self.playback.paused = true;
        self.playback.place(position_ms.max(duration_ms), self.at_ms);
        Ok(())
    }

    pub(super) fn control_player(&mut self, entry: &Entry) -> Result<Judged, RejectCode> {
        let at_ms = self.at_ms;
        let mut accepted = entry.clone();
        match &mut accepted {
            Entry::Play(body) => {
                body.lead_ms = body.lead_ms.clamp(0, LEAD_MS_MAX);
                self.playback.paused = false;
                self.playback.place(body.position_ms, at_ms.saturating_add(body.lead_ms));
            }
            Entry::Pause(body) => {
                self.playback.paused = true;
                self.playback.place(body.position_ms, at_ms);
            }
            Entry::Seek(body) => self.playback.place(body.position_ms, at_ms),
            Entry::Rate(body) => {
                if !(RATE_MIN..=RATE_MAX).contains(&body.rate) {
                    return Err(RejectCode::Invalid);
                }
                self.playback.rate = body.rate;
                self.playback.place(body.position_ms, at_ms);
            }
            Entry::MovieChanged(body) => self.change_movie(body)?,
            _ => return Err(RejectCode::Invalid),
        }
        self.ended_at_ms = None;
        Ok(Judged::playback(accepted))
    }

    fn change_movie(&mut self, body: &MovieChanged) -> Result<(), RejectCode> {
        check_length(&body.title, 1, TITLE_CHARS_MAX)?;
        self.movie = RoomMovie {
            movie_id: body.movie_id,
            title: body.title.clone(),
            duration_ms: body.duration_ms,
        };
        self.playback = Playback::new(body.movie_id, self.at_ms);
        Ok(())
    }

    pub(super) fn position_ms(&self) -> i64 {
        self.playback.position_at(self.at_ms, self.movie.duration_ms)
    }
}
