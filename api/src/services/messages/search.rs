//! Looking for a text in a room's past, newest first.
//!
//! The pages are those that everyone reads, because comparing any script without regard to case
//! is more than the stores behind can do. What one call looks through is bounded; whoever wants
//! more goes on where it ended.

use std::ops::ControlFlow;

use schemas::event::Event;
use schemas::record::Entry;
use storage::archive::EventPage;

/// Events of a page that is looked through.
pub(super) const SEARCH_STEP_EVENTS: usize = 500;
/// Pages that one search looks through.
const SEARCH_STEPS_MAX: usize = 10;

/// A search under way.
pub(super) struct Search {
    /// In lower case.
    query: String,
    limit: usize,
    steps: usize,
    before: Option<u64>,
    found: Vec<Event>,
}

impl Search {
    /// Looks for at most `limit` lines, in events with a smaller seq.
    pub(super) fn new(query: &str, before: Option<u64>, limit: usize) -> Self {
        Self { query: query.to_lowercase(), limit, steps: 0, before, found: vec![] }
    }

    /// Where the next page is to begin.
    pub(super) fn before(&self) -> Option<u64> {
        self.before
    }

    /// Looks through a page; breaks where the search ends, with where another may go on.
    pub(super) fn look_through(&mut self, page: EventPage) -> ControlFlow<Option<u64>> {
        for event in page.events {
            self.before = Some(event.seq);
            if self.matches(&event) {
                self.found.push(event);
                if self.found.len() == self.limit {
                    return ControlFlow::Break(self.before);
                }
            }
        }
        self.steps += 1;
        if !page.has_more {
            ControlFlow::Break(None)
        } else if self.steps == SEARCH_STEPS_MAX {
            ControlFlow::Break(self.before)
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The lines found, newest first.
    pub(super) fn found(self) -> Vec<Event> {
        self.found
    }

    fn matches(&self, event: &Event) -> bool {
        matches!(&event.entry, Entry::Chat(chat) if chat.text.to_lowercase().contains(&self.query))
    }
}

#[cfg(test)]
mod tests {
    use schemas::record::{Chat, Empty};

    use super::*;

    fn event(seq: u64, entry: Entry) -> Event {
        Event { seq, at_ms: 0, user: None, entry, playback: None }
    }

    fn line(seq: u64, text: &str) -> Event {
        event(seq, Entry::Chat(Chat { text: text.to_owned(), reply_to: None, redacted: false }))
    }

    fn page(events: Vec<Event>, has_more: bool) -> EventPage {
        EventPage { events, has_more }
    }

    fn seqs(search: Search) -> Vec<u64> {
        search.found().iter().map(|event| event.seq).collect()
    }

    #[test]
    fn only_lines_of_chat_are_found_whatever_the_case() {
        let mut search = Search::new("ЁЖ", None, 10);
        let events =
            vec![line(4, "ёжик"), event(3, Entry::Ended(Empty {})), line(2, "eж"), line(1, "мёЖ")];
        assert_eq!(search.look_through(page(events, false)), ControlFlow::Break(None));
        assert_eq!(seqs(search), [4, 1]);
    }

    #[test]
    fn a_search_ends_at_its_limit_and_tells_where_to_go_on() {
        let mut search = Search::new("a", Some(9), 2);
        assert_eq!(search.before(), Some(9));
        let first = page(vec![line(8, "a"), line(7, "b")], true);
        assert_eq!(search.look_through(first), ControlFlow::Continue(()));
        assert_eq!(search.before(), Some(7));
        let second = page(vec![line(6, "a"), line(5, "a")], true);
        assert_eq!(search.look_through(second), ControlFlow::Break(Some(6)));
        assert_eq!(seqs(search), [8, 6]);
    }

    #[test]
    fn a_search_looks_through_ten_pages_and_no_more() {
        let mut search = Search::new("a", None, 2);
        for seq in (3..12).rev() {
            let nothing = page(vec![line(seq, "b")], true);
            assert_eq!(search.look_through(nothing), ControlFlow::Continue(()));
        }
        let tenth = page(vec![line(2, "a")], true);
        assert_eq!(search.look_through(tenth), ControlFlow::Break(Some(2)));
        assert_eq!(seqs(search), [2]);
    }
}
