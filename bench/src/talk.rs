//! People who talk in rooms, and how long what they say takes to reach the others.
//!
//! Messages are due at fixed times, whatever became of those before them, and their latency
//! counts from then: a server that stalls cannot hide it by holding the sender back. All rooms
//! share one schedule: its messages go to the rooms in turn, and in a room to the members in
//! turn.

mod ears;
mod listener;

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Result;
use crate::figure::number;
use crate::latencies::Latencies;
use crate::line::{Line, Mouth, text_of};

use self::listener::Listener;

pub(crate) use ears::Ears;

/// How long the last messages may be on their way.
pub(crate) const LAST_TIMEOUT: Duration = Duration::from_secs(10);
/// Commands a second that the server takes from one session.
const SESSION_RATE_MAX: f64 = 10.0;
/// Due times that may wait for a sender that is held up.
const DUE_MAX: usize = 4096;

/// Who talks, and how much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    pub(crate) rooms: usize,
    /// Members of each room.
    pub(crate) members: usize,
    /// Messages a second in each room.
    pub(crate) room_rate: f64,
    /// How long they talk before deliveries count.
    pub(crate) warm_up: Duration,
    /// How long they talk from then on.
    pub(crate) duration: Duration,
}

/// Rooms full of people who may hold several talks, one after the other.
#[derive(Default)]
pub(crate) struct Company {
    /// The sockets of each room, the speakers in their order; none after a talk that failed.
    rooms: Vec<Vec<Line>>,
    /// Messages of each room so far.
    said: usize,
}

/// What all members heard.
pub(crate) struct Heard {
    pub(crate) latencies: Latencies,
    /// How late messages were sent, because the tool or the server was busy.
    pub(crate) lags: Latencies,
    pub(crate) deliveries: u64,
    /// Messages that were lost, came twice or out of their speaker's order.
    pub(crate) faults: u64,
}

impl Company {
    pub(crate) fn new(rooms: Vec<Vec<Line>>) -> Self {
        Self { rooms, said: 0 }
    }

    /// How many rooms there are.
    pub(crate) fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Lets more rooms take part from now on.
    pub(crate) fn add(&mut self, rooms: Vec<Vec<Line>>) {
        self.rooms.extend(rooms);
    }

    /// Whether a talk has failed.
    pub(crate) fn is_gone(&self) -> bool {
        self.rooms.is_empty()
    }
}

impl Talk {
    /// Refuses a talk that the server's limits would cut short.
    pub(crate) fn check(&self) -> Result<()> {
        if self.members >= 2 && self.room_rate <= self.rate_max() {
            return Ok(());
        }
        Err("a room needs two --members, and each may send 10 messages a second".into())
    }

    /// Messages a second that our server takes from all members of a room.
    pub(crate) fn rate_max(&self) -> f64 {
        number(self.members as u64) * SESSION_RATE_MAX
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
        let count = time.as_secs_f64() * self.room_rate;
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
        if self.room_rate <= 0.0 || self.rooms == 0 {
            return Err("nobody says anything".into());
        }
        let pause = Duration::from_secs_f64(1.0 / (self.room_rate * number(self.rooms as u64)));
        Ok(pace(self.messages(), pause))
    }

    /// Lets everyone talk.
    pub(crate) async fn hold(&self, company: &mut Company) -> Result<Heard> {
        let first = company.said;
        let rooms = std::mem::take(&mut company.rooms);
        let (mut mouths, mut listeners) = (Vec::new(), JoinSet::new());
        for (room, lines) in rooms.into_iter().enumerate() {
            let mut room_mouths = Vec::new();
            for (place, line) in lines.into_iter().enumerate() {
                room_mouths.push(line.mouth);
                let ears = Ears::new(self.members, line.ear.seq);
                let listener = Listener { talk: *self, room, place, first, ears };
                listeners.spawn(listener.run(line.ear));
            }
            mouths.push(room_mouths);
        }
        let mut heard = Heard::new()?;
        let due_at = self.speak(&mut mouths, first, &mut heard.lags).await?;
        let mut ears = Vec::with_capacity(listeners.len());
        while let Some(listener) = listeners.join_next().await {
            let (listener, ear) = listener??;
            heard.add(&listener, &due_at)?;
            ears.push((listener.room, listener.place, ear));
        }
        ears.sort_by_key(|(room, place, _)| (*room, *place));
        let mut ears = ears.into_iter().map(|(_, _, ear)| ear);
        company.rooms = mouths
            .into_iter()
            .map(|room| {
                room.into_iter().zip(&mut ears).map(|(mouth, ear)| Line { mouth, ear }).collect()
            })
            .collect();
        company.said += self.room_messages();
        Ok(heard)
    }

    /// Sends every message when it is due; gives back when each was.
    async fn speak(
        &self,
        mouths: &mut [Vec<Mouth>],
        first: usize,
        lags: &mut Latencies,
    ) -> Result<Vec<Instant>> {
        let mut due = self.schedule()?;
        let mut due_at = Vec::with_capacity(self.messages());
        while let Some(at) = due.recv().await {
            let (room, number) = (due_at.len() % self.rooms, first + due_at.len() / self.rooms);
            due_at.push(at);
            let mouth = mouths.get_mut(room).and_then(|all| all.get_mut(number % self.members));
            lags.add(at.elapsed());
            mouth.ok_or("nobody speaks")?.say(&text_of(number)).await?;
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

impl Heard {
    fn new() -> Result<Self> {
        let (latencies, lags) = (Latencies::new()?, Latencies::new()?);
        Ok(Self { latencies, lags, deliveries: 0, faults: 0 })
    }

    fn add(&mut self, listener: &Listener, due_at: &[Instant]) -> Result<()> {
        self.faults += listener.ears.faults(listener.talk.room_messages());
        for (number, at) in &listener.ears.arrivals {
            let Some(place) = listener.place_of(*number) else { continue };
            let due = due_at.get(place).ok_or("a message that nobody sent")?;
            self.latencies.add(at.saturating_duration_since(*due));
            self.deliveries += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const TALK: Talk = Talk {
        rooms: 3,
        members: 2,
        room_rate: 500.0,
        warm_up: Duration::ZERO,
        duration: Duration::from_millis(4),
    };

    #[test]
    fn every_room_has_its_messages() {
        assert_eq!(TALK.room_messages(), 2);
        assert_eq!(TALK.messages(), 6);
    }

    #[test]
    fn what_is_said_to_warm_up_does_not_count() {
        let talk = Talk { warm_up: Duration::from_millis(2), ..TALK };
        assert_eq!(talk.room_messages(), 3);
        let listener = Listener { talk, room: 2, place: 1, first: 0, ears: Ears::new(2, 0) };
        assert_eq!(listener.place_of(0), None);
        assert_eq!(listener.place_of(2), Some(8));
    }

    #[test]
    fn a_talk_keeps_to_the_limits_of_a_session() {
        assert!(Talk { room_rate: 20.0, ..TALK }.check().is_ok());
        assert!(Talk { room_rate: 21.0, ..TALK }.check().is_err());
        assert!(Talk { members: 1, room_rate: 1.0, ..TALK }.check().is_err());
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
