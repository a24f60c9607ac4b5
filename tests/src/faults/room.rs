//! The evenings of one group of friends, one room after the other: open, invite, talk, close.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use schemas::ids::RoomId;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::account::Account;
use super::counts::count;
use super::stage::Stage;
use super::tab::{Tab, answered};
use crate::checker::{Act, ActKind, Client};

/// Pause before a call is made again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// Longest wait until a room is open, or closed, whatever is down meanwhile.
const CALL_WAIT_MAX: Duration = Duration::from_mins(3);

/// What friends did and heard.
#[derive(Default)]
pub(super) struct Played {
    pub(super) clients: Vec<Client>,
    pub(super) acts: Vec<Act>,
    /// The owner, who can close what is still open.
    pub(super) owner: Option<Account>,
}

/// A group of friends.
pub(super) struct Friends {
    stage: Arc<Stage>,
    people: Vec<Account>,
    dice: StdRng,
    played: Played,
}

impl Friends {
    /// Makes their accounts; none if the cinema does not answer.
    pub(super) async fn gather(stage: Arc<Stage>, number: u64, members: usize) -> Option<Self> {
        let mut people = vec![];
        for member in 0..members {
            people.push(stage.sign_up(&format!("Person {number}.{member}")).await?);
        }
        let dice = StdRng::seed_from_u64(stage.seed.wrapping_add(number));
        let played = Played { owner: people.first().cloned(), ..Played::default() };
        Some(Self { stage, people, dice, played })
    }

    /// Room after room until told to stop.
    pub(super) async fn play(mut self) -> Played {
        while !*self.stage.stop.borrow() {
            for person in &mut self.people {
                person.renew().await;
            }
            if let Some(room) = self.open().await {
                count(&self.stage.counts.rooms);
                self.evening(room).await;
            }
        }
        self.played.owner = self.people.into_iter().next();
        self.played
    }

    async fn evening(&mut self, room: RoomId) {
        let (end, over) = watch::channel(false);
        let mut tabs = JoinSet::new();
        for (number, person) in self.people.iter().enumerate() {
            let dice = StdRng::seed_from_u64(self.dice.random());
            let (stage, is_member) = (Arc::clone(&self.stage), number == 0);
            let tab = Tab::new(stage, person.clone(), room, dice, over.clone(), is_member);
            tabs.spawn(tab.stay());
        }
        drop(over);
        let (shortest, longest) = self.stage.load.life;
        let life = self.dice.random_range(shortest..=longest);
        let mut stop = self.stage.stop.clone();
        // An error means that the run is over, too.
        drop(timeout(life, stop.wait_for(|stop| *stop)).await);
        self.close(room).await;
        end.send_replace(true);
        for (clients, acts) in tabs.join_all().await {
            self.played.clients.extend(clients);
            self.played.acts.extend(acts);
        }
    }

    /// A room of the first of them, new or left open by a call that nobody answered.
    async fn open(&mut self) -> Option<RoomId> {
        let deadline = Instant::now() + CALL_WAIT_MAX;
        while Instant::now() < deadline && !*self.stage.stop.borrow() {
            let body = json!({"movie_id": self.stage.film});
            if let Some(answer) = self.people[0].post("/room/", &body).await {
                let room = answer.json()["room_id"].as_str().and_then(|id| id.parse().ok());
                if let Some(room) = room.filter(|_| answer.status == 201) {
                    self.acted(room, ActKind::Create, answer.status);
                    return Some(room);
                }
                if answer.status == 409
                    && let Some(room) = self.own_open_room().await
                {
                    return Some(room);
                }
            }
            sleep(RETRY_PAUSE).await;
        }
        None
    }

    async fn own_open_room(&self) -> Option<RoomId> {
        let rooms = self.people[0].get("/rooms").await.filter(|answer| answer.status == 200)?;
        let rooms = rooms.json();
        let open = rooms["items"].as_array()?.iter().find(|room| room["status"] == "open")?;
        open["id"].as_str()?.parse().ok()
    }

    async fn close(&mut self, room: RoomId) {
        let deadline = Instant::now() + CALL_WAIT_MAX;
        while Instant::now() < deadline {
            let answer = self.people[0].post(&format!("/room/{room}/close"), &json!({})).await;
            let status = answer.map_or(0, |answer| answer.status);
            self.acted(room, ActKind::Close, status);
            if matches!(status, 200 | 404 | 410) {
                return;
            }
            sleep(RETRY_PAUSE).await;
        }
    }

    fn acted(&mut self, room: RoomId, kind: ActKind, status: u16) {
        let (user, answered) = (self.people[0].id, answered(status));
        self.played.acts.push(Act { user, room, kind, answered });
    }
}
