//! One member of a room who listens to a talk.

use std::time::Instant;

use tokio::time::timeout;

use super::{Ears, LAST_TIMEOUT, Talk};
use crate::Result;
use crate::line::{Ear, Word};

/// One member of a room who listens.
pub(super) struct Listener {
    pub(super) talk: Talk,
    pub(super) room: usize,
    pub(super) place: usize,
    /// Number of the room's first message in this talk.
    pub(super) first: usize,
    pub(super) ears: Ears,
}

impl Listener {
    /// Listens until every message has come, or for so long.
    pub(super) async fn run(mut self, mut ear: Ear) -> Result<(Self, Ear)> {
        let patience = self.talk.length() + LAST_TIMEOUT;
        // What is missing then is counted as lost.
        if let Ok(heard) = timeout(patience, self.listen(&mut ear)).await {
            heard?;
        }
        ear.seq = self.ears.seq;
        Ok((self, ear))
    }

    async fn listen(&mut self, ear: &mut Ear) -> Result<()> {
        while self.ears.arrivals.len() < self.talk.room_messages() {
            match ear.next().await? {
                Some(Word::Event { seq, number }) => {
                    let number = number.and_then(|number| number.checked_sub(self.first));
                    self.ears.note(seq, number, Instant::now());
                }
                Some(Word::Refused(why)) => {
                    return Err(format!("the server refused a message: {why}").into());
                }
                None => return Err("the server closed a socket".into()),
            }
        }
        Ok(())
    }

    /// The place in the schedule of a message from another member, if it counts.
    pub(super) fn place_of(&self, number: usize) -> Option<usize> {
        let place = number * self.talk.rooms + self.room;
        let from_other = (self.first + number) % self.talk.members != self.place;
        (from_other && self.talk.counts(place)).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::TALK;
    use super::*;

    #[test]
    fn a_delivery_is_to_another_member() {
        let listener = Listener { talk: TALK, room: 2, place: 1, first: 0, ears: Ears::new(2, 0) };
        assert_eq!(listener.place_of(0), Some(2));
        assert_eq!(listener.place_of(1), None);
        assert_eq!(listener.place_of(2), Some(8));
    }

    #[test]
    fn a_second_talk_goes_on_with_the_next_speaker() {
        let listener = Listener { talk: TALK, room: 2, place: 1, first: 3, ears: Ears::new(2, 0) };
        assert_eq!(listener.place_of(0), None);
        assert_eq!(listener.place_of(1), Some(5));
    }
}
