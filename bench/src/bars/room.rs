//! Delivery latency in one room: from the moment a message was due to be sent until each of
//! the other members has it.
//!
//! Messages are due at fixed times, whatever became of those before them, and their latency
//! counts from then: a server that stalls cannot hide it by holding the sender back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use schemas::frame::{Action, Command, Said};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Place;
use crate::Result;
use crate::api::Api;
use crate::figure::{Figure, Unit, number};
use crate::latencies::Latencies;
use crate::options::RoomOptions;
use crate::people::{People, Person};
use crate::server::{Server, scratch};
use crate::socket::{Reading, ServerFrame, Socket, Writing};

/// Half of all deliveries take less.
const BAR_P50_MS: f64 = 5.0;
/// All but one of a hundred deliveries take less.
const BAR_P99_MS: f64 = 25.0;
/// Faults that are one too many.
const BAR_FAULTS: f64 = 1.0;
/// How long the last messages may be on their way.
const LAST_TIMEOUT: Duration = Duration::from_secs(10);
/// Commands a second that the server takes from one session.
const SESSION_RATE_MAX: usize = 10;
/// Due times that may wait for a sender that is held up.
const DUE_MAX: usize = 4096;
/// What stands before a message's number.
const TEXT: &str = "message ";

pub(super) fn method(options: &RoomOptions) -> String {
    format!(
        "A room of {}, each member with a socket; {} messages a second in all, from the members \
         in turn, for {}. A delivery is one message at one of the other members; its latency \
         counts from the moment at which the message was due, not from when it was sent, so \
         that a stall is charged to every message it held up. Every member checks that `seq` \
         is dense and that each message comes once, in its order; faults are what was lost, \
         came twice or out of order. The log commits to the disk before anything is shown.",
        options.members,
        options.rate,
        humantime::format_duration(options.duration),
    )
}

pub(super) async fn run(options: &RoomOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    if options.members < 2 || options.rate as usize > options.members * SESSION_RATE_MAX {
        let text = "a room needs two --members, and each may send 10 messages a second";
        return Err(text.into());
    }
    let data = scratch(place.scratch)?;
    let server = Server::start(place.server, data.path(), &[]).await?;
    let people = People::open(&server, data.path()).await?;
    let members = people.add(options.members).await?;
    people.close().await;
    let sockets = gather(&server, &members).await?;

    let count = messages(options);
    let (mut writers, mut listeners) = (Vec::new(), Vec::new());
    for (place, socket) in sockets.into_iter().enumerate() {
        writers.push(socket.writing);
        let listener = Listener::new(place, options.members, count, socket.seq);
        let patience = options.duration + LAST_TIMEOUT;
        listeners.push(tokio::spawn(listener.run(socket.reading, patience)));
    }
    let due_at = speak(writers, options).await?;
    let heard = Heard::gather(listeners, &due_at).await?;
    server.stop().await?;
    let ms =
        |name, share| Figure::new(name, Unit::Milliseconds, heard.latencies.quantile_ms(share));
    Ok(vec![
        ms("delivery p50", 0.5).under(BAR_P50_MS),
        ms("delivery p90", 0.9),
        ms("delivery p99", 0.99).under(BAR_P99_MS),
        Figure::new("delivery max", Unit::Milliseconds, heard.latencies.max_ms()),
        Figure::new("deliveries", Unit::Count, number(heard.deliveries)),
        Figure::new("faults", Unit::Count, number(heard.faults)).under(BAR_FAULTS),
    ])
}

/// Everyone in one room.
async fn gather(server: &Server, members: &[Person]) -> Result<Vec<Socket>> {
    let api = Api::new(server)?;
    let movie = *api.films().await?.first().ok_or("the catalogue is empty")?;
    let (owner, others) = members.split_first().ok_or("a room needs an owner")?;
    let room = api.create_room(owner, movie).await?;
    let mut tickets = vec![api.ticket(owner, room).await?];
    for member in others {
        tickets.push(api.join(member, room).await?);
    }
    let mut sockets = Vec::with_capacity(members.len());
    for ticket in tickets {
        sockets.push(Socket::open(server.address(), &ticket.ws_url).await?);
    }
    Ok(sockets)
}

fn messages(options: &RoomOptions) -> usize {
    let count = options.duration.as_secs_f64() * f64::from(options.rate);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of messages"
    )]
    let count = count.round() as usize;
    count.max(1)
}

/// Sends every message when it is due; gives back when each was.
async fn speak(mut writers: Vec<Writing>, options: &RoomOptions) -> Result<Vec<Instant>> {
    let members = writers.len();
    let mut due = pace(messages(options), Duration::from_secs(1) / options.rate);
    let mut due_at = Vec::new();
    while let Some(at) = due.recv().await {
        let number = due_at.len();
        due_at.push(at);
        let command = Command {
            client_seq: u64::try_from(number / members)?.saturating_add(1),
            action: Action::Chat(Said { text: format!("{TEXT}{number}"), reply_to: None }),
        };
        let writer = writers.get_mut(number % members);
        writer.ok_or("nobody speaks")?.send(&command).await?;
    }
    Ok(due_at)
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

/// One member's ears.
struct Listener {
    place: usize,
    members: usize,
    expected: usize,
    seq: u64,
    arrivals: Vec<(usize, Instant)>,
    disorder: u64,
}

impl Listener {
    fn new(place: usize, members: usize, expected: usize, seq: u64) -> Self {
        Self { place, members, expected, seq, arrivals: Vec::with_capacity(expected), disorder: 0 }
    }

    /// Listens until every message has come, or for so long.
    async fn run(mut self, mut reading: Reading, patience: Duration) -> Result<Self> {
        let listening = async {
            while self.arrivals.len() < self.expected {
                let frame = reading.next().await?;
                self.hear(frame, Instant::now())?;
            }
            Ok::<_, storage::log::BoxError>(())
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
            Some(ServerFrame::Event { seq, event, body }) => {
                self.disorder += u64::from(seq != self.seq + 1);
                self.seq = seq;
                let text = body.get("text").and_then(serde_json::Value::as_str);
                let number = text.and_then(|text| text.strip_prefix(TEXT)?.parse().ok());
                if let Some(number) = number.filter(|_| event == "chat") {
                    self.arrivals.push((number, at));
                }
                Ok(())
            }
            Some(ServerFrame::Welcome { .. } | ServerFrame::Other) => Ok(()),
            Some(ServerFrame::Reject { code } | ServerFrame::Error { code }) => {
                Err(format!("the server refused a message: {code}").into())
            }
            Some(ServerFrame::Unknown) => Err("the log did not answer".into()),
            None => Err("the server closed a socket".into()),
        }
    }

    /// Messages that were lost, came twice or out of order.
    fn faults(&self) -> u64 {
        let numbers: Vec<usize> = self.arrivals.iter().map(|(number, _)| *number).collect();
        let different: BTreeSet<usize> = numbers.iter().copied().collect();
        let lost = self.expected.abs_diff(different.len());
        let doubled = numbers.len() - different.len();
        let unsorted = numbers.iter().zip(numbers.iter().skip(1));
        let unsorted = unsorted.filter(|(one, next)| one >= next).count();
        (lost + doubled + unsorted) as u64 + self.disorder
    }
}

/// What all members heard.
struct Heard {
    latencies: Latencies,
    deliveries: u64,
    faults: u64,
}

impl Heard {
    async fn gather(
        listeners: Vec<JoinHandle<Result<Listener>>>,
        due_at: &[Instant],
    ) -> Result<Self> {
        let mut heard = Self { latencies: Latencies::new()?, deliveries: 0, faults: 0 };
        for listener in listeners {
            let listener = listener.await??;
            heard.faults += listener.faults();
            let from_others = |number: usize| number % listener.members != listener.place;
            for (number, at) in listener.arrivals.iter().filter(|(n, _)| from_others(*n)) {
                let due = due_at.get(*number).ok_or("a message that nobody sent")?;
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

    fn heard(numbers: &[usize], expected: usize) -> u64 {
        let mut listener = Listener::new(0, 2, expected, 4);
        for (place, number) in numbers.iter().enumerate() {
            let event = ServerFrame::Event {
                seq: 5 + place as u64,
                event: "chat".to_owned(),
                body: serde_json::json!({"text": format!("{TEXT}{number}")}),
            };
            listener.hear(Some(event), Instant::now()).unwrap();
        }
        listener.faults()
    }

    #[test]
    fn faults_are_losses_doubles_and_disorder() {
        assert_eq!(heard(&[0, 1, 2], 3), 0);
        assert_eq!(heard(&[0, 2], 3), 1, "lost");
        assert_eq!(heard(&[0, 2, 1], 3), 1, "out of order");
        assert_eq!(heard(&[0, 1, 1], 2), 2, "doubled, so not ascending either");
    }

    #[test]
    fn a_gap_in_seq_is_a_fault() {
        let mut listener = Listener::new(0, 2, 0, 4);
        let event = ServerFrame::Event {
            seq: 6,
            event: "member_joined".to_owned(),
            body: serde_json::Value::Null,
        };
        listener.hear(Some(event), Instant::now()).unwrap();
        assert_eq!(listener.faults(), 1);
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
