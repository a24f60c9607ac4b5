//! A person who comes back as the page does.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom;
use schemas::frame::{Action, Command, Said};
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};

use crate::Result;
use crate::api::Api;
use crate::line::text_of;
use crate::rooms::Seat;
use crate::socket::{Reading, ServerFrame, Writing, connect};
use crate::talk::{Ears, LAST_TIMEOUT, Talk};

/// What asks people to come back.
const TRY_AGAIN: u16 = 4000;
/// The page's first pause before a try, and its longest; see `web/src/room/backoff.ts`.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(15);
/// How long someone tries before the measurement fails.
const RETURN_TIMEOUT: Duration = Duration::from_secs(30);

/// The servers to ask once the first one has closed, as soon as they stand.
pub(super) type Others = Arc<OnceLock<Vec<Api>>>;

/// A member of a room.
pub(super) struct Guest {
    seat: Seat,
    others: Others,
    talk: Talk,
    ears: Ears,
    /// Numbers of the messages that were said without an ack yet.
    unheard: VecDeque<usize>,
    returns: Vec<Return>,
}

/// What someone went through.
pub(super) struct Stay {
    pub(super) returns: Vec<Return>,
    /// Members who were seen to leave.
    pub(super) departures: u64,
    pub(super) faults: u64,
}

/// One way back.
pub(super) struct Return {
    /// Whether the server had asked for it.
    pub(super) was_told: bool,
    pub(super) closed_at: Instant,
    pub(super) tries: u64,
    pub(super) entry: Entry,
}

/// A try that led somewhere.
pub(super) struct Entry {
    pub(super) asked_at: Instant,
    /// When the ticket was there.
    pub(super) ticket_at: Instant,
    /// When the first frame was there.
    pub(super) at: Instant,
    /// Whether that was a `resume`.
    pub(super) resumed: bool,
    /// Port of the server that sent it.
    pub(super) port: u16,
}

impl Guest {
    pub(super) fn new(seat: Seat, others: Others, talk: Talk) -> Self {
        let ears = Ears::new(talk.members, seat.socket.seq);
        Self { seat, others, talk, ears, unheard: VecDeque::new(), returns: Vec::new() }
    }

    /// Says the messages of these numbers, and stays until all of the room's were heard, or
    /// for a while after the last was said.
    pub(super) async fn stay(mut self, mut numbers: mpsc::Receiver<usize>) -> Result<Stay> {
        let mut end = None;
        while self.ears.arrivals.len() < self.talk.room_messages() || !self.unheard.is_empty() {
            tokio::select! {
                frame = self.seat.socket.reading.next() => match frame {
                    Ok(Some(frame)) => self.hear(frame).await?,
                    Ok(None) | Err(_) => self.come_back().await?,
                },
                number = numbers.recv(), if end.is_none() => match number {
                    Some(number) => {
                        self.unheard.push_back(number);
                        self.say(number).await?;
                    }
                    None => end = Some(Instant::now() + LAST_TIMEOUT),
                },
                // What is missing is counted as lost.
                () = until(end) => break,
            }
        }
        Ok(Stay {
            departures: self.ears.departures,
            faults: self.ears.faults(self.talk.room_messages()),
            returns: self.returns,
        })
    }

    /// A socket that is closing takes nothing; whatever has no ack is said again.
    async fn say(&mut self, number: usize) -> Result<()> {
        let command = Command {
            client_seq: self.client_seq(number)?,
            action: Action::Chat(Said { text: text_of(number), reply_to: None }),
        };
        drop(self.seat.socket.writing.send(&command).await);
        Ok(())
    }

    fn client_seq(&self, number: usize) -> Result<u64> {
        Ok(u64::try_from(number / self.talk.members)?.saturating_add(1))
    }

    async fn hear(&mut self, frame: ServerFrame) -> Result<()> {
        match frame {
            ServerFrame::Event(event) => self.ears.hear(&event, Instant::now()),
            ServerFrame::Ack { client_seq } => {
                let first = self.unheard.front().map(|number| self.client_seq(*number));
                if first.transpose()? == Some(client_seq) {
                    self.unheard.pop_front();
                }
            }
            ServerFrame::Unknown => self.say_again().await?,
            ServerFrame::Reject { code } | ServerFrame::Error { code } => {
                return Err(format!("the server refused a message: {code}").into());
            }
            ServerFrame::Welcome { .. } | ServerFrame::Resume { .. } | ServerFrame::Other => {}
        }
        Ok(())
    }

    async fn say_again(&mut self) -> Result<()> {
        for number in self.unheard.clone() {
            self.say(number).await?;
        }
        Ok(())
    }

    async fn come_back(&mut self) -> Result<()> {
        let closed_at = Instant::now();
        let was_told = self.seat.socket.reading.close_code == Some(TRY_AGAIN);
        for tries in 1.. {
            sleep(pause(tries, rand::random())).await;
            let (frame, entry) = match self.knock().await {
                Ok(opened) => opened,
                Err(error) if closed_at.elapsed() > RETURN_TIMEOUT => return Err(error),
                Err(_refused) => continue,
            };
            match frame {
                ServerFrame::Resume { events } => {
                    for event in &events {
                        self.ears.hear(event, entry.at);
                    }
                }
                ServerFrame::Welcome { seq, .. } => self.ears.seq = seq,
                other => return Err(format!("no resume, but {other:?}").into()),
            }
            self.returns.push(Return { was_told, closed_at, tries, entry });
            return self.say_again().await;
        }
        Ok(())
    }

    /// One try: a ticket and its socket, to the first frame.
    async fn knock(&mut self) -> Result<(ServerFrame, Entry)> {
        let Seat { person, room, session, socket } = &self.seat;
        let other = self.others.get().and_then(|others| others.choose(&mut rand::rng()));
        let other = other.ok_or("there is no other server yet")?;
        let asked_at = Instant::now();
        let ticket = other.ticket(person, *room, Some(*session)).await?;
        let ticket_at = Instant::now();
        let (epoch, since) = (&socket.epoch, self.ears.seq.to_string());
        let mut url: reqwest::Url = ticket.ws_url.parse()?;
        url.query_pairs_mut().append_pair("epoch", epoch).append_pair("since", &since);
        let (writing, mut reading) = connect(url.as_str()).await?;
        let frame = reading.first().await?.ok_or("the server closed at once")?;
        let at = Instant::now();
        let resumed = matches!(frame, ServerFrame::Resume { .. });
        let port = url.port().ok_or("a socket's URL without a port")?;
        self.take(writing, reading);
        Ok((frame, Entry { asked_at, ticket_at, at, resumed, port }))
    }

    fn take(&mut self, writing: Writing, reading: Reading) {
        self.seat.socket.writing = writing;
        self.seat.socket.reading = reading;
    }
}

async fn until(end: Option<Instant>) {
    match end {
        Some(at) => sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// The page's pause before a try, counted from 1: doubled each time, spread over its upper
/// half by a number from 0 to 1.
fn pause(tries: u64, random: f64) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    let full = PAUSE_FIRST.saturating_mul(2_u32.saturating_pow(doublings)).min(PAUSE_MAX);
    full.mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(pause(1, 0.0), PAUSE_FIRST / 2);
        assert_eq!(pause(1, 1.0), PAUSE_FIRST);
        assert_eq!(pause(3, 1.0), PAUSE_FIRST * 4);
        assert_eq!(pause(u64::MAX, 1.0), PAUSE_MAX);
    }
}
