//! One session of a person in a room. It behaves as a page does: numbers its commands, comes
//! back with `(epoch, since)` after a loss, and sends again what was not answered.

use std::time::Duration;

use schemas::event::Event;
use schemas::ids::{RoomId, SessionId};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::history::History;
use crate::person::{Opening, Person};
use crate::socket::Socket;
use crate::wait_for::PATIENCE;

/// Pause after more commands than a session may send.
const TOO_FAST_PAUSE: Duration = Duration::from_millis(200);
/// Pause between two attempts to come back.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

/// One session.
pub struct Tab {
    /// Whose.
    pub person: Person,
    /// Where.
    pub room: RoomId,
    /// Its identity.
    pub session: SessionId,
    /// The present connection.
    pub socket: Socket,
    history: History,
    heard: usize,
    client_seq: u64,
}

impl Tab {
    pub(crate) async fn of(
        person: Person,
        room: RoomId,
        session: SessionId,
        socket: Socket,
    ) -> Self {
        let history = History::default();
        let mut tab = Self { person, room, session, socket, history, heard: 0, client_seq: 0 };
        let you = tab.until("a welcome", |history| {
            (history.welcomes > 0).then(|| history.welcome["you"].clone())
        });
        let you = you.await;
        assert_eq!(you["user_id"], json!(tab.person.id));
        assert_eq!(you["session"], json!(session));
        tab.client_seq = you["client_seq"].as_u64().expect("a number");
        tab
    }

    /// What the tab knows by now.
    pub fn history(&mut self) -> &History {
        for frame in self.socket.frames(self.heard) {
            self.heard += 1;
            self.history.hear(&frame);
        }
        &self.history
    }

    /// Waits until the tab knows something.
    pub async fn until<T>(&mut self, what: &str, look: impl Fn(&History) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self.history()) {
                return found;
            }
            let ended = self.socket.end();
            let is_deaf = ended.is_some() && self.socket.frames(self.heard).is_empty();
            assert!(!is_deaf, "ended {ended:?} without {what}");
            assert!(Instant::now() < deadline, "waited in vain: {what}");
            self.socket.news().await;
        }
    }

    /// Waits for an event.
    pub async fn event(&mut self, seq: u64) -> Event {
        let what = format!("event {seq}");
        self.until(&what, |history| history.event(seq).cloned()).await
    }

    /// Waits for the first event of a kind after a seq.
    pub async fn event_of(&mut self, kind: &str, after: u64) -> Event {
        let fits = |event: &&Event| event.seq > after && event.entry.kind() == kind;
        self.until(kind, |history| history.events.iter().find(fits).cloned()).await
    }

    /// Sends a command with the next number; the number.
    pub async fn send(&mut self, command: Value) -> u64 {
        self.client_seq += 1;
        let client_seq = self.client_seq;
        self.send_numbered(command, client_seq).await;
        client_seq
    }

    /// Sends a command with a number of one's own choice; whether it could be written.
    pub async fn send_numbered(&mut self, mut command: Value, client_seq: u64) -> bool {
        command["client_seq"] = json!(client_seq);
        self.socket.send(&command).await
    }

    /// Sends a command that is accepted; its seq.
    pub async fn does(&mut self, command: Value) -> u64 {
        let judged = self.judged(&command).await;
        judged.unwrap_or_else(|(code, text)| panic!("{command} was refused: {code}: {text}"))
    }

    /// Sends a command that is refused; its code.
    pub async fn is_refused(&mut self, command: Value) -> String {
        match self.judged(&command).await {
            Ok(seq) => panic!("{command} was accepted as {seq}"),
            Err((code, text)) => {
                assert!(!text.is_empty(), "{code} without a text");
                code
            }
        }
    }

    /// Sends a command, no faster than a session may, and waits for the verdict.
    async fn judged(&mut self, command: &Value) -> Result<u64, (String, String)> {
        loop {
            let client_seq = self.send(command.clone()).await;
            match self.answer(client_seq).await {
                Err((code, _)) if code == "too_many" => sleep(TOO_FAST_PAUSE).await,
                verdict => return verdict,
            }
        }
    }

    /// Says something; its seq.
    pub async fn chat(&mut self, text: &str) -> u64 {
        self.does(json!({"type": "chat", "text": text})).await
    }

    /// Seq of a command, or code and text of its refusal.
    pub async fn answer(&mut self, client_seq: u64) -> Result<u64, (String, String)> {
        self.until("an ack or a reject", |history| {
            let ack = history.acks.get(&client_seq).map(|seq| Ok(*seq));
            ack.or_else(|| history.rejects.get(&client_seq).cloned().map(Err))
        })
        .await
    }

    /// Breaks the line without a goodbye and comes back with `(epoch, since)`.
    pub async fn reconnect(&mut self) {
        self.history();
        let deadline = Instant::now() + PATIENCE;
        self.socket = loop {
            if let Some(socket) = self.try_reconnect().await {
                break socket;
            }
            assert!(Instant::now() < deadline, "there is no way back");
            sleep(RETRY_PAUSE).await;
        };
        self.heard = 0;
        let before = self.history.welcomes + self.history.resumes;
        let first = |history: &History| (history.welcomes + history.resumes > before).then_some(());
        self.until("a welcome or a resume", first).await;
    }

    /// None while the server is away, or starts, or stops.
    async fn try_reconnect(&self) -> Option<Socket> {
        let answer = self.person.try_ticket(self.room, Some(self.session)).await?;
        if answer.status == 503 {
            return None;
        }
        let opening = Opening::of(&answer.ok());
        assert_eq!(opening.session, self.session);
        self.person.open(&self.resuming(&opening)).await.ok()
    }

    /// The address with which this tab goes on where it is.
    pub fn resuming(&self, opening: &Opening) -> String {
        format!("{}&epoch={}&since={}", opening.url, self.history.epoch, self.history.seq())
    }

    /// Says something, whatever happens to the line: reconnects and sends again until there
    /// is an answer. Its seq.
    pub async fn surely_says(&mut self, text: &str) -> u64 {
        self.surely_does(json!({"type": "chat", "text": text})).await
    }

    /// [`Self::surely_says`], for any command.
    pub async fn surely_does(&mut self, command: Value) -> u64 {
        self.client_seq += 1;
        self.insists(self.client_seq, &command).await
    }

    /// Says something, breaks the line before there can be an answer, and insists. Its seq.
    pub async fn says_into_a_breaking_line(&mut self, text: &str) -> u64 {
        let command = json!({"type": "chat", "text": text});
        let client_seq = self.send(command.clone()).await;
        self.reconnect().await;
        self.insists(client_seq, &command).await
    }

    async fn insists(&mut self, client_seq: u64, command: &Value) -> u64 {
        let deadline = Instant::now() + PATIENCE;
        let mut unknowns = 0;
        let mut sent = false;
        loop {
            assert!(Instant::now() < deadline, "nobody answers {command}");
            let history = self.history();
            if let Some(seq) = history.acks.get(&client_seq) {
                return *seq;
            }
            if let Some(reject) = history.rejects.get(&client_seq) {
                // More than the line may carry at a time; nothing was appended.
                assert_eq!(reject.0, "too_many", "{command} was refused: {reject:?}");
                self.history.rejects.remove(&client_seq);
                sleep(TOO_FAST_PAUSE).await;
                sent = false;
            }
            let now_unknown = self.history().unknowns.get(&client_seq).copied().unwrap_or(0);
            sent &= now_unknown == unknowns;
            unknowns = now_unknown;
            if self.socket.end().is_some() {
                self.reconnect().await;
                sent = false;
            } else if sent {
                self.socket.news().await;
            } else {
                sent = self.send_numbered(command.clone(), client_seq).await;
            }
        }
    }
}
