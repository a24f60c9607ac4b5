//! What one member of a room hears, and what was wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::line::number_of;
use crate::socket::Event;

/// One member's ears, over all of the member's sockets.
pub(crate) struct Ears {
    /// Members of the room, who speak in turn.
    members: usize,
    /// The last event heard.
    pub(crate) seq: u64,
    /// Numbers of the room's messages, and when each came.
    pub(crate) arrivals: Vec<(usize, Instant)>,
    /// Members who were seen to leave.
    pub(crate) departures: u64,
    disorder: u64,
}

impl Ears {
    /// Ears that have heard everything up to this event of a room with so many members.
    pub(crate) fn new(members: usize, seq: u64) -> Self {
        Self { members, seq, arrivals: Vec::new(), departures: 0, disorder: 0 }
    }

    /// An event of ours.
    pub(crate) fn hear(&mut self, event: &Event, at: Instant) {
        self.departures += u64::from(event.kind == "member_left");
        let text = event.body.get("text").and_then(serde_json::Value::as_str);
        let number = text.filter(|_| event.kind == "chat").and_then(number_of);
        self.note(Some(event.seq), number, at);
    }

    /// An event of any relay, with the number that the relay gave it and that of the message.
    pub(crate) fn note(&mut self, seq: Option<u64>, number: Option<usize>, at: Instant) {
        if let Some(seq) = seq {
            self.disorder += u64::from(seq != self.seq + 1);
            self.seq = seq;
        }
        if let Some(number) = number {
            self.arrivals.push((number, at));
        }
    }

    /// Messages that were lost, came twice or not in their speaker's order, and events that
    /// are missing. Whose message of two speakers comes first is the log's to say.
    pub(crate) fn faults(&self, expected: usize) -> u64 {
        let numbers = self.arrivals.iter().map(|(number, _)| *number);
        let different: BTreeSet<usize> = numbers.clone().collect();
        let lost = expected.abs_diff(different.len());
        let doubled = self.arrivals.len() - different.len();
        let mut last_of = BTreeMap::new();
        let unsorted = numbers.filter(|number| {
            let before = last_of.insert(number % self.members, *number);
            before.is_some_and(|before| before >= *number)
        });
        (lost + doubled + unsorted.count()) as u64 + self.disorder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::text_of;

    fn heard(numbers: &[usize], expected: usize) -> u64 {
        let mut ears = Ears::new(2, 4);
        for (place, number) in numbers.iter().enumerate() {
            let event = Event {
                seq: 5 + place as u64,
                kind: "chat".to_owned(),
                body: serde_json::json!({"text": text_of(*number)}),
            };
            ears.hear(&event, Instant::now());
        }
        ears.faults(expected)
    }

    #[test]
    fn faults_are_losses_doubles_and_disorder() {
        assert_eq!(heard(&[0, 1, 2], 3), 0);
        assert_eq!(heard(&[0, 2], 3), 1, "lost");
        assert_eq!(heard(&[2, 1, 0], 3), 1, "out of the first speaker's order");
        assert_eq!(heard(&[0, 2, 1], 3), 0, "two speakers have no order");
        assert_eq!(heard(&[0, 1, 1], 2), 2, "doubled, so not ascending either");
    }

    #[test]
    fn a_gap_in_seq_is_a_fault() {
        let mut ears = Ears::new(2, 4);
        let body = serde_json::Value::Null;
        ears.hear(&Event { seq: 6, kind: "member_left".to_owned(), body }, Instant::now());
        assert_eq!(ears.faults(0), 1);
        assert_eq!(ears.departures, 1);
    }
}
