//! What most tests begin with.

use end_to_end::{Person, Server, Tab};
use schemas::ids::RoomId;
use serde_json::{Value, json};

/// Vasily's room, with Petr in it.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) room: RoomId,
    pub(crate) vasily: Tab,
    pub(crate) petr: Tab,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        Self::set_with(&[], json!({})).await
    }

    /// With other variables of the server, and other wishes for the room.
    pub(crate) async fn set_with(variables: &[(&str, &str)], mut wishes: Value) -> Self {
        let server = Server::with(variables).await;
        let vasily = server.sign_up("Vasily").await;
        let petr = server.sign_up("Petr").await;
        wishes["movie_id"] = json!(vasily.some_film().await);
        let (room, _link) = vasily.create_room_with(&wishes).await;
        let vasily = vasily.open_tab(room).await;
        let petr = petr.join(room).await;
        let mut scene = Self { server, room, vasily, petr };
        // Both know of both.
        scene.both_see(2).await;
        scene
    }

    /// Waits until both have an event.
    pub(crate) async fn both_see(&mut self, seq: u64) {
        self.vasily.event(seq).await;
        self.petr.event(seq).await;
    }

    /// Asserts that both know the same of the room.
    pub(crate) fn assert_agree(&mut self) {
        assert_agree(&mut self.vasily, &mut self.petr);
    }

    pub(crate) fn owner(&self) -> Person {
        self.vasily.person.clone()
    }
}

/// Asserts that two tabs know the same of the room, as far back as both know it.
pub(crate) fn assert_agree(one: &mut Tab, other: &mut Tab) {
    let (one, other) = (one.history(), other.history());
    let from = one.events[0].seq.max(other.events[0].seq);
    let (mine, yours) = (one.events.iter(), other.events.iter());
    assert!(mine.filter(|event| event.seq >= from).eq(yours.filter(|event| event.seq >= from)));
    assert_eq!(one.playback, other.playback);
    assert_eq!(one.members, other.members);
}
