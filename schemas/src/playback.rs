//! What the player should show. Positions are derived from `(position, since, rate)`, never
//! ticked, so every node and every page computes the same frame for the same moment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MovieId, UserId};

/// A bounded wait of the whole room for one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
pub struct Hold {
    /// For whom the room waits.
    pub user: UserId,
    /// Why, such as `buffering`.
    pub reason: String,
    /// When the wait ends at the latest, in ms since 1970.
    pub until_ms: i64,
}

/// State of the player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
pub struct Playback {
    /// The film that is on.
    pub movie_id: MovieId,
    /// Whether the film stands still.
    pub paused: bool,
    /// Position at `since_ms`.
    pub position_ms: i64,
    /// Speed, 0.25 to 2.0.
    pub rate: f64,
    /// Since when the film runs from `position_ms`, in ms since 1970. It lies ahead during
    /// the head start of a `play`, and during a hold, where it is the moment at which the
    /// film goes on by itself.
    pub since_ms: i64,
    /// Who is waited for.
    pub holds: Vec<Hold>,
}

impl Playback {
    /// A film that has not been started.
    pub(crate) fn new(movie_id: MovieId, at_ms: i64) -> Self {
        Self { movie_id, paused: true, position_ms: 0, rate: 1.0, since_ms: at_ms, holds: vec![] }
    }

    /// Position at a moment, within the film where its length is known.
    pub fn position_at(&self, at_ms: i64, duration_ms: i64) -> i64 {
        let run_ms = at_ms.saturating_sub(self.since_ms);
        let position_ms = if self.paused || run_ms <= 0 {
            self.position_ms
        } else {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "float to int saturates; a room's age is far below 2^53 ms"
            )]
            let advanced_ms = (run_ms as f64 * self.rate).round() as i64;
            self.position_ms.saturating_add(advanced_ms)
        };
        if duration_ms > 0 { position_ms.min(duration_ms) } else { position_ms }
    }

    /// Puts the film at a position; it runs on from `at_ms` or from the end of all holds.
    pub(crate) fn place(&mut self, position_ms: i64, at_ms: i64) {
        self.position_ms = position_ms;
        self.since_ms = self.held_until_ms().map_or(at_ms, |held| held.max(at_ms));
    }

    /// Forgets the holds that are over.
    pub(crate) fn expire_holds(&mut self, at_ms: i64) {
        self.holds.retain(|hold| hold.until_ms > at_ms);
    }

    fn held_until_ms(&self) -> Option<i64> {
        self.holds.iter().map(|hold| hold.until_ms).max()
    }
}
