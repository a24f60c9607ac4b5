//! People who talk in rooms, and how long what they say takes to reach the others.
//!
//! Messages are due at fixed times, whatever became of those before them, and their latency
//! counts from then: a server that stalls cannot hide it by holding the sender back. All rooms
//! share one schedule: its messages go to the rooms in turn, and in a room to the members in
//! turn.

mod ears;

use std::time::{Duration, Instant};

use schemas::frame::{Action, Command, Said};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::latencies::Latencies;
use crate::socket::{Reading, ServerFrame, Socket, Writing};
use crate::{BoxError, Result};

pub(crate) use ears::{Ears, text_of};

/// How long the last messages may be on their way.
pub(crate) const LAST_TIMEOUT: Duration = Duration::from_secs(10);
/// Commands a second that the server takes from one session.
const SESSION_RATE_MAX: usize = 10;
/// Due times that may wait for a sender that is held up.
const DUE_MAX: usize = 4096;

/// Who talks, and how much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    pub(crate) rooms: usize,
    /// Members of each room.
    pub(crate) members: usize,
    /// Messages a second in each room.
    pub(crate) room_rate: u32,
    /// How long they talk before deliveries count.
    pub(crate) warm_up: Duration,
    /// How long they talk from then on.
    pub(crate) duration: Duration,
}

/// What all members heard.
pub(crate) struct Heard {
    pub(crate) latencies: Latencies,
    pub(crate) deliveries: u64,
    /// Messages that were lost, came twice or out of their speaker's order.
    pub(crate) faults: u64,
}

impl Talk {
    /// Refuses a talk that the server's limits would cut short.
    pub(crate) fn check(&self) -> Result<()> {
        if self.members >= 2 && self.room_rate as usize <= self.members * SESSION_RATE_MAX {
            return Ok(());
        }
        Err("a room needs two --members, and each may send 10 messages a second".into())
    }

    /// How long it all takes.
    pub(crate) fn length(&self) -> Duration {
        self.warm_up + self.duration
    }

    /// Messages of each room.
    pub(crate) fn room_messages(&self) -> usize {
        self.said_in(self.length()).max(1)
    }

    /// Whether deliveries of the message at this place of the schedule count.
    pub(crate) fn counts(&self, place: usize) -> bool {
        place >= self.said_in(self.warm_up) * self.rooms
    }

    fn said_in(&self, time: Duration) -> usize {
        let count = time.as_secs_f64() * f64::from(self.room_rate);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of messages"
        )]
        let count = count.round() as usize;
        count
    }

    /// Messages of all rooms.
    pub(crate) fn messages(&self) -> usize {
        self.room_messages() * self.rooms
    }

    /// Tells when the next message is due, for all of them.
    pub(crate) fn schedule(&self) -> Result<mpsc::Receiver<Instant>> {
        let rate = self.room_rate.saturating_mul(u32::try_from(self.rooms)?);
        Ok(pace(self.messages(), Duration::from_secs(1) / rate))
    }

    /// Lets everyone talk: the sockets of each room, the speakers in their order.
    pub(crate) async fn hold(&self, rooms: Vec<Vec<Socket>>) -> Result<Heard> {
        let (mut writers, mut listeners) = (Vec::new(), Vec::new());
        for (room, sockets) in rooms.into_iter().enumerate() {
            let mut room_writers = Vec::new();
            for (place, socket) in sockets.into_iter().enumerate() {
                room_writers.push(socket.writing);
                let ears = Ears::new(self.members, socket.seq);
                let listener = Listener { talk: *self, room, place, ears };
                listeners.push(tokio::spawn(listener.run(socket.reading)));
            }
            writers.push(room_writers);
        }
        let due_at = self.speak(writers).await?;
        Heard::gather(listeners, &due_at).await
    }

    /// Sends every message when it is due; gives back when each was.
    async fn speak(&self, mut writers: Vec<Vec<Writing>>) -> Result<Vec<Instant>> {
        let mut due = self.schedule()?;
        let mut due_at = Vec::with_capacity(self.messages());
        while let Some(at) = due.recv().await {
            let (room, number) = (due_at.len() % self.rooms, due_at.len() / self.rooms);
            due_at.push(at);
            let command = Command {
                client_seq: u64::try_from(number / self.members)?.saturating_add(1),
                action: Action::Chat(Said { text: text_of(number), reply_to: None }),
            };
            let writer = writers.get_mut(room).and_then(|all| all.get_mut(number % self.members));
            writer.ok_or("nobody speaks")?.send(&command).await?;
        }
        Ok(due_at)
    }
}

/// Tells when a message is due. On a thread of its own: the runtime's timers are a
/// millisecond coarse, which is a fifth of what is measured.
fn pace(count: usize, pause: Duration) -> mpsc::Receiver<Instant> {
    let (sender, due) = mpsc::channel(DUE_MAX);
    std::thread::spawn(move || {
        let mut at = Instant::now();
        for _ in 0..count {
            at += pause;
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if sender.blocking_send(at).is_err() {
                return;
            }
        }
    });
    due
}

/// One member of a room who listens.
struct Listener {
    talk: Talk,
    room: usize,
    place: usize,
    ears: Ears,
}

impl Listener {
    /// Listens until every message has come, or for so long.
    async fn run(mut self, mut reading: Reading) -> Result<Self> {
        let patience = self.talk.length() + LAST_TIMEOUT;
        let listening = async {
            while self.ears.arrivals.len() < self.talk.room_messages() {
                let frame = reading.next().await?;
                self.hear(frame, Instant::now())?;
            }
            Ok::<_, BoxError>(())
        };
        match timeout(patience, listening).await {
            Ok(heard) => heard?,
            // What is missing is counted as lost.
            Err(_elapsed) => {}
        }
        Ok(self)
    }

    fn hear(&mut self, frame: Option<ServerFrame>, at: Instant) -> Result<()> {
        match frame {
            Some(ServerFrame::Event(event)) => {
                self.ears.hear(&event, at);
                Ok(())
            }
            Some(ServerFrame::Reject { code } | ServerFrame::Error { code }) => {
                Err(format!("the server refused a message: {code}").into())
            }
            Some(ServerFrame::Unknown) => Err("the log did not answer".into()),
            Some(_) => Ok(()),
            None => Err("the server closed a socket".into()),
        }
    }

    /// The place in the schedule of a message from another member, if it counts.
    fn place_of(&self, number: usize) -> Option<usize> {
        let place = number * self.talk.rooms + self.room;
        let from_other = number % self.talk.members != self.place;
        (from_other && self.talk.counts(place)).then_some(place)
    }
}

impl Heard {
    async fn gather(
        listeners: Vec<JoinHandle<Result<Listener>>>,
        due_at: &[Instant],
    ) -> Result<Self> {
        let mut heard = Self { latencies: Latencies::new()?, deliveries: 0, faults: 0 };
        for listener in listeners {
            let listener = listener.await??;
            heard.faults += listener.ears.faults(listener.talk.room_messages());
            for (number, at) in &listener.ears.arrivals {
                let Some(place) = listener.place_of(*number) else { continue };
                let due = due_at.get(place).ok_or("a message that nobody sent")?;
                heard.latencies.add(at.saturating_duration_since(*due));
                heard.deliveries += 1;
            }
        }
        Ok(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALK: Talk = Talk {
        rooms: 3,
        members: 2,
        room_rate: 500,
        warm_up: Duration::ZERO,
        duration: Duration::from_millis(4),
    };

    #[test]
    fn every_room_has_its_messages() {
        assert_eq!(TALK.room_messages(), 2);
        assert_eq!(TALK.messages(), 6);
    }

    #[test]
    fn a_delivery_is_to_another_member() {
        let listener = Listener { talk: TALK, room: 2, place: 1, ears: Ears::new(2, 0) };
        assert_eq!(listener.place_of(0), Some(2));
        assert_eq!(listener.place_of(1), None);
        assert_eq!(listener.place_of(2), Some(8));
    }

    #[test]
    fn what_is_said_to_warm_up_does_not_count() {
        let talk = Talk { warm_up: Duration::from_millis(2), ..TALK };
        assert_eq!(talk.room_messages(), 3);
        let listener = Listener { talk, room: 2, place: 1, ears: Ears::new(2, 0) };
        assert_eq!(listener.place_of(0), None);
        assert_eq!(listener.place_of(2), Some(8));
    }

    #[test]
    fn a_talk_keeps_to_the_limits_of_a_session() {
        assert!(Talk { room_rate: 20, ..TALK }.check().is_ok());
        assert!(Talk { room_rate: 21, ..TALK }.check().is_err());
        assert!(Talk { members: 1, room_rate: 1, ..TALK }.check().is_err());
    }

    #[tokio::test]
    async fn messages_are_due_at_fixed_times() {
        let pause = Duration::from_millis(2);
        let mut due = pace(3, pause);
        let mut times = Vec::new();
        while let Some(at) = due.recv().await {
            assert!(at <= Instant::now());
            times.push(at);
        }
        assert_eq!(times.len(), 3);
        assert_eq!(times[1] - times[0], pause);
        assert_eq!(times[2] - times[1], pause);
    }
}
