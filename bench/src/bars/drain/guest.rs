//! A person who comes back as the page does.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use schemas::frame::{Action, Command, Said};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::api::Api;
use crate::rooms::Seat;
use crate::socket::{Reading, ServerFrame, Writing, connect};
use crate::talk::{Ears, LAST_TIMEOUT, Talk, text_of};
use crate::{BoxError, Result};

/// What asks people to come back.
const TRY_AGAIN: u16 = 4000;
/// The page's first pause before a try, and its longest; see `web/src/room/backoff.ts`.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(15);
/// How long someone tries before the measurement fails.
const RETURN_TIMEOUT: Duration = Duration::from_secs(30);

/// A member of a room, and the server to ask once the first one has closed.
pub(super) struct Guest {
    seat: Seat,
    other: Api,
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
    /// When the first frame was there.
    pub(super) at: Instant,
    /// Whether that was a `resume`.
    pub(super) resumed: bool,
    /// Port of the server that sent it.
    pub(super) port: u16,
    pub(super) tries: u64,
}

impl Guest {
    pub(super) fn new(seat: Seat, other: Api, talk: Talk) -> Self {
        let ears = Ears::new(talk.members, seat.socket.seq);
        Self { seat, other, talk, ears, unheard: VecDeque::new(), returns: Vec::new() }
    }

    /// Says the messages of these numbers, and stays until all of the room's were heard, or
    /// for so long.
    pub(super) async fn stay(mut self, mut numbers: mpsc::Receiver<usize>) -> Result<Stay> {
        let patience = self.talk.duration + RETURN_TIMEOUT + LAST_TIMEOUT;
        let staying = async {
            while self.ears.arrivals.len() < self.talk.room_messages() || !self.unheard.is_empty() {
                tokio::select! {
                    frame = self.seat.socket.reading.next() => match frame {
                        Ok(Some(frame)) => self.hear(frame).await?,
                        Ok(None) | Err(_) => self.come_back().await?,
                    },
                    Some(number) = numbers.recv() => {
                        self.unheard.push_back(number);
                        self.say(number).await?;
                    }
                }
            }
            Ok::<_, BoxError>(())
        };
        match timeout(patience, staying).await {
            Ok(stayed) => stayed?,
            // What is missing is counted as lost.
            Err(_elapsed) => {}
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
            let (frame, at, port) = match self.knock().await {
                Ok(opened) => opened,
                Err(error) if closed_at.elapsed() > RETURN_TIMEOUT => return Err(error),
                Err(_refused) => continue,
            };
            let resumed = matches!(frame, ServerFrame::Resume { .. });
            self.returns.push(Return { was_told, closed_at, at, resumed, port, tries });
            match frame {
                ServerFrame::Resume { events } => {
                    for event in &events {
                        self.ears.hear(event, at);
                    }
                }
                ServerFrame::Welcome { seq, .. } => self.ears.seq = seq,
                other => return Err(format!("no resume, but {other:?}").into()),
            }
            return self.say_again().await;
        }
        Ok(())
    }

    /// One try: a ticket and its socket. The first frame, when it came, and from which port.
    async fn knock(&mut self) -> Result<(ServerFrame, Instant, u16)> {
        let Seat { person, room, session, socket } = &self.seat;
        let ticket = self.other.ticket(person, *room, Some(*session)).await?;
        let (epoch, since) = (&socket.epoch, self.ears.seq);
        let mut url: reqwest::Url = ticket.ws_url.parse()?;
        url.query_pairs_mut().append_pair("epoch", epoch).append_pair("since", &since.to_string());
        let (writing, mut reading) = connect(url.as_str()).await?;
        let frame = reading.first().await?.ok_or("the server closed at once")?;
        let at = Instant::now();
        let port = url.port().ok_or("a socket's URL without a port")?;
        self.take(writing, reading);
        Ok((frame, at, port))
    }

    fn take(&mut self, writing: Writing, reading: Reading) {
        self.seat.socket.writing = writing;
        self.seat.socket.reading = reading;
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
