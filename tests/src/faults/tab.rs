//! One tab of one person, which does what a page does while everything breaks: asks for a
//! ticket, opens the socket, comes back with `(epoch, since)`, sends one command at a time and
//! the same one again until it is judged. Whatever it hears is kept as it came.

mod entry;
mod line;
mod outbox;

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use schemas::ids::{RoomId, SessionId};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use self::entry::Entered;
pub(super) use self::entry::answered;
use self::line::Ended;
use self::outbox::Outbox;
use super::account::Account;
use super::counts::count;
use super::stage::Stage;
use crate::checker::{Act, Client, Heard};

/// Pause before a new try, spread over its upper half and doubled each time.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(2);
/// How long after the end of its room a tab waits to hear of it.
const END_WAIT_MAX: Duration = Duration::from_secs(90);

/// One tab.
pub(super) struct Tab {
    stage: Arc<Stage>,
    account: Account,
    room: RoomId,
    dice: StdRng,
    /// True once the room was closed.
    over: watch::Receiver<bool>,
    /// Whether it must join first.
    is_member: bool,
    now: Option<Session>,
    past: Vec<Client>,
    acts: Vec<Act>,
}

/// The identity that is kept over reconnects, and what it knows.
struct Session {
    client: Client,
    connection: u32,
    epoch: String,
    seq: Option<u64>,
    outbox: Outbox,
    saw_the_end: bool,
}

impl Session {
    fn new(account: &Account, room: RoomId, session: SessionId) -> Self {
        let client =
            Client { user: account.id, room, session, sent: vec![], heard: vec![], stayed: false };
        Self {
            client,
            connection: 0,
            epoch: String::new(),
            seq: None,
            outbox: Outbox::default(),
            saw_the_end: false,
        }
    }

    fn hear(&mut self, frame: String) {
        self.client.heard.push(Heard { connection: self.connection, frame });
    }
}

impl Tab {
    pub(super) fn new(
        stage: Arc<Stage>,
        account: Account,
        room: RoomId,
        dice: StdRng,
        over: watch::Receiver<bool>,
        is_member: bool,
    ) -> Self {
        let (past, acts) = (vec![], vec![]);
        Self { stage, account, room, dice, over, is_member, now: None, past, acts }
    }

    /// Stays until the room is over, and hears of its end; what it sent and heard.
    pub(super) async fn stay(mut self) -> (Vec<Client>, Vec<Act>) {
        let mut attempt = 0;
        let mut over = self.over.clone();
        let gives_up = async move {
            // An error means that whoever closes rooms is gone.
            drop(over.wait_for(|over| *over).await);
            sleep(END_WAIT_MAX).await;
        };
        let mut gives_up = std::pin::pin!(gives_up);
        loop {
            let one = async {
                match self.enter().await {
                    Entered::As(url) => self.live(&url).await,
                    Entered::TooLate => Ended::TooLate,
                    Entered::Away => Ended::Broken { heard: false },
                }
            };
            let ended = tokio::select! {
                ended = one => ended,
                () = &mut gives_up => Ended::GaveUp,
            };
            match ended {
                Ended::Over => break,
                Ended::TooLate => {
                    self.read_the_rest().await;
                    break;
                }
                Ended::GaveUp => {
                    if let Some(now) = &mut self.now {
                        // It was there all the time, and nobody told it.
                        now.client.stayed = true;
                    }
                    break;
                }
                Ended::Broken { heard } => attempt = if heard { 0 } else { attempt + 1 },
            }
            self.pause(attempt).await;
        }
        self.forget();
        (self.past, self.acts)
    }

    async fn pause(&mut self, attempt: u32) {
        let longest = RETRY_MAX.min(RETRY_FIRST * 2_u32.pow(attempt.min(8)));
        sleep(self.dice.random_range(longest / 2..=longest)).await;
    }

    /// Ends the session, if there is one.
    fn forget(&mut self) {
        self.past.extend(self.now.take().map(|now| now.client));
    }

    fn goes_on_as(&mut self, session: SessionId) {
        if self.now.as_ref().is_none_or(|now| now.client.session != session) {
            self.forget();
            self.now = Some(Session::new(&self.account, self.room, session));
        }
    }

    fn connected(&mut self) {
        count(&self.stage.counts.connections);
        if let Some(now) = &mut self.now {
            now.connection += 1;
        }
    }

    /// When the next wish comes.
    fn next_wish(&mut self) -> Instant {
        let mean_s = 1.0 / self.stage.load.rate;
        Instant::now() + Duration::from_secs_f64(self.dice.random_range(0.2..1.8) * mean_s)
    }
}
