//! What a client makes of a welcome and the events after it, from their JSON alone.

use std::collections::BTreeMap;

use schemas::event::Event;
use schemas::ids::UserId;
use schemas::playback::Playback;
use schemas::record::Entry;
use schemas::state::RoomState;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Client {
    pub(crate) seq: u64,
    playback: Playback,
    /// Name, and whether the person is a member now.
    members: BTreeMap<UserId, (String, bool)>,
    messages: Vec<Event>,
}

impl Client {
    pub(crate) fn welcome(state: &RoomState) -> Self {
        let people = state.people().iter();
        Self {
            seq: state.seq(),
            playback: over_the_wire(state.playback()),
            members: people
                .map(|(user, person)| (*user, (person.name.clone(), person.joined)))
                .collect(),
            messages: state.events().iter().map(over_the_wire).collect(),
        }
    }

    pub(crate) fn apply(&mut self, event: &Event) {
        let event: Event = over_the_wire(event);
        assert_eq!(event.seq, self.seq + 1, "a gap");
        self.seq = event.seq;
        if let Some(playback) = &event.playback {
            self.playback.clone_from(playback);
        }
        match (&event.entry, event.user) {
            (Entry::MemberJoined(body), Some(user)) => {
                self.members.insert(user, (body.name.clone(), true));
            }
            (Entry::MemberLeft(_), Some(user)) => {
                if let Some((_, present)) = self.members.get_mut(&user) {
                    *present = false;
                }
            }
            (Entry::Redacted(body), _) => {
                let message = self.messages.iter_mut().find(|kept| kept.seq == body.seq);
                if let Some(Entry::Chat(chat)) = message.map(|message| &mut message.entry) {
                    chat.text.clear();
                    chat.redacted = true;
                }
            }
            _ => {}
        }
        self.messages.push(event);
    }

    /// The client's state at a moment: holds end there without any event.
    pub(crate) fn at(&self, at_ms: i64) -> Self {
        let mut now = self.clone();
        now.playback.holds.retain(|hold| hold.until_ms > at_ms);
        now
    }
}

fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}
