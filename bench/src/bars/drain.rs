//! How long people of a server that is told to stop take to go on at another one.

mod guest;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Place;
use crate::Result;
use crate::api::Api;
use crate::engines::{Engines, Node};
use crate::figure::{Figure, Unit, number};
use crate::latencies::{Latencies, ms};
use crate::options::DrainOptions;
use crate::process::allow_files;
use crate::rooms::{Seat, open_room};
use crate::talk::Talk;

use self::guest::{Guest, Stay};

/// Half of all people are back after less, counted from the signal.
const BAR_MS: f64 = 1000.0;
/// The server has ended by then.
const BAR_EXIT_MS: f64 = 10_000.0;
/// Anything of this kind is one too many.
const BAR_NONE: f64 = 1.0;
/// Rooms that fill at a time.
const ROOMS_AT_ONCE: usize = 8;
/// Messages that may wait for a person who is between two servers.
const UNSAID_MAX: usize = 1024;

pub(super) fn method(options: &DrainOptions) -> String {
    format!(
        "{} people, each with one socket, in rooms of {}, all at one of {} servers that share \
         Postgres and Kafka; {} message a second in each room, from the members in turn, for {}. \
         After {} the server gets SIGTERM. Each person then does what the page does: after the \
         close with 4000 a pause of 125 to 250 ms (doubled with each try), a ticket for the same \
         session from another server, as a balancer would have it, a socket with `epoch` and \
         `since` at the address that the ticket names, and once there whatever was said without \
         an ack again. The time runs to the `resume`, from the signal and from the close. \
         Faults are messages and events that anybody lost, saw twice or out of their speaker's \
         order, over both sockets.",
        options.people,
        options.company,
        options.nodes,
        options.chatter,
        humantime::format_duration(options.evening),
        humantime::format_duration(options.drain_after),
    )
}

pub(super) async fn run(options: &DrainOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let talk = Talk {
        rooms: options.people.div_ceil(options.company),
        members: options.company,
        room_rate: options.chatter,
        duration: options.evening,
    };
    talk.check()?;
    let people = talk.rooms * talk.members;
    // Each has an old socket, a new one, and a call between them.
    allow_files(people * 3)?;
    let engines = Engines::start(place).await?;
    let leaving = engines.node(place).await?;
    let rooms = fill(&talk, &engines, &leaving).await?;
    // Later, so that nobody's ticket names them.
    let mut others = Vec::new();
    for _ in 1..options.nodes {
        others.push(engines.node(place).await?);
    }
    let (mouths, stays) = receive(&talk, rooms, &others)?;
    let speaking = tokio::spawn(speak(talk, mouths));

    sleep(options.drain_after).await;
    let left = leaving.server.address().port();
    let told_at = Instant::now();
    let exit = leaving.server.stop().await?;
    speaking.await??;
    let mut evening = Evening::new(told_at, left)?;
    for stay in stays {
        evening.add(&stay.await??);
    }
    for node in others {
        node.server.stop().await?;
    }
    engines.stop().await;
    Ok(evening.figures(exit))
}

/// Everyone at one server, room by room.
async fn fill(talk: &Talk, engines: &Engines, node: &Node) -> Result<Vec<Vec<Seat>>> {
    let people = engines.cinema().people().await?;
    let everyone = people.add(talk.rooms * talk.members).await?;
    people.close().await;
    let movie = engines.cinema().api()?.first_film().await?;
    let api = Api::new(node.server.address())?;
    let rooms = stream::iter(everyone.chunks(talk.members));
    let rooms = rooms.map(|members| open_room(&api, movie, members));
    rooms.buffered(ROOMS_AT_ONCE).try_collect().await
}

/// Where each member of each room is told the numbers of the messages to say.
type Mouths = Vec<Vec<mpsc::Sender<usize>>>;

/// Lets everyone stay until they have heard all that their room says.
fn receive(
    talk: &Talk,
    rooms: Vec<Vec<Seat>>,
    others: &[Node],
) -> Result<(Mouths, Vec<JoinHandle<Result<Stay>>>)> {
    let apis = others.iter().map(|node| Api::new(node.server.address()));
    let apis = apis.collect::<Result<Vec<_>>>()?;
    let mut balanced = apis.iter().cycle();
    let (mut mouths, mut stays) = (Mouths::new(), Vec::new());
    for seats in rooms {
        let mut room_mouths = Vec::new();
        for seat in seats {
            let (mouth, numbers) = mpsc::channel(UNSAID_MAX);
            let other = balanced.next().ok_or("a drain needs two --nodes")?.clone();
            room_mouths.push(mouth);
            stays.push(tokio::spawn(Guest::new(seat, other, *talk).stay(numbers)));
        }
        mouths.push(room_mouths);
    }
    Ok((mouths, stays))
}

/// Tells everyone what to say when it is due.
async fn speak(talk: Talk, mouths: Mouths) -> Result<()> {
    let mut due = talk.schedule()?;
    for message in 0..talk.messages() {
        due.recv().await.ok_or("the schedule broke off")?;
        let (room, number) = (message % talk.rooms, message / talk.rooms);
        let mouth = mouths.get(room).and_then(|all| all.get(number % talk.members));
        mouth.ok_or("nobody speaks")?.send(number).await?;
    }
    Ok(())
}

/// What became of everyone.
struct Evening {
    told_at: Instant,
    /// Port of the server that was told to stop.
    left: u16,
    from_signal: Latencies,
    from_close: Latencies,
    people: u64,
    /// Those who went on somewhere else, after a close with 4000, where they were.
    resumed: u64,
    tries: u64,
    departures: u64,
    faults: u64,
}

impl Evening {
    fn new(told_at: Instant, left: u16) -> Result<Self> {
        let (from_signal, from_close) = (Latencies::new()?, Latencies::new()?);
        let (people, resumed, tries, departures, faults) = (0, 0, 0, 0, 0);
        Ok(Self {
            told_at,
            left,
            from_signal,
            from_close,
            people,
            resumed,
            tries,
            departures,
            faults,
        })
    }

    fn add(&mut self, stay: &Stay) {
        self.people += 1;
        self.departures += stay.departures;
        self.faults += stay.faults;
        if let [only] = stay.returns.as_slice() {
            let is_as_meant = only.was_told && only.resumed && only.port != self.left;
            self.resumed += u64::from(is_as_meant);
        }
        for back in &stay.returns {
            self.tries += back.tries;
            self.from_signal.add(back.at.saturating_duration_since(self.told_at));
            self.from_close.add(back.at.saturating_duration_since(back.closed_at));
        }
    }

    fn figures(&self, exit: Duration) -> Vec<Figure> {
        let ms_of = |name: &str, value| Figure::new(name, Unit::Milliseconds, value);
        let count = |name: &str, count| Figure::new(name, Unit::Count, number(count));
        let astray = self.people - self.resumed;
        vec![
            ms_of("signal to resume, median", self.from_signal.quantile_ms(0.5)).under(BAR_MS),
            ms_of("signal to resume, p99", self.from_signal.quantile_ms(0.99)),
            ms_of("signal to resume, slowest", self.from_signal.max_ms()),
            ms_of("close to resume, median", self.from_close.quantile_ms(0.5)),
            ms_of("close to resume, p99", self.from_close.quantile_ms(0.99)),
            count("people", self.people),
            count("people who did not simply resume elsewhere", astray).under(BAR_NONE),
            count("tries of all people", self.tries),
            count("members seen to leave", self.departures).under(BAR_NONE),
            count("faults", self.faults).under(BAR_NONE),
            ms_of("signal to the end of the process", ms(exit)).under(BAR_EXIT_MS),
        ]
    }
}
