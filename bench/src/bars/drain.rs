//! How long people of a server that is told to stop take to go on at another one.

mod guest;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::Result;
use crate::api::Api;
use crate::bare_kafka;
use crate::engines::{Engines, Node};
use crate::figure::{Figure, Unit, number};
use crate::latencies::{Latencies, ms};
use crate::options::DrainOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::rooms::open_room;
use crate::talk::Talk;

use self::guest::{Guest, Others, Return, Stay};

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
         Postgres and Kafka, which compiles its code while it runs and so first takes and gives \
         tens of thousands of records of another topic; {} message a second in each room, from the members in turn, for {}. \
         After {} the server gets SIGTERM. Each person then does what the page does: after the \
         close with 4000 a pause of 125 to 250 ms (doubled with each try), a ticket for the same \
         session from any other server, as a balancer would have it, a socket with `epoch` and \
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
        room_rate: f64::from(options.chatter),
        warm_up: Duration::ZERO,
        duration: options.evening,
    };
    talk.check()?;
    let people = talk.rooms * talk.members;
    // Each has an old socket, a new one, and a call between them.
    allow_files(people * 3)?;
    let engines = Engines::start(place).await?;
    bare_kafka::warm_up(&engines.kafka_url()?).await?;
    let leaving = engines.node(place).await?;
    let others = Others::default();
    let guests = fill(talk, &engines, &leaving, &others).await?;
    let (mouths, stays): (Mouths, Vec<_>) =
        guests.into_iter().map(|room| room.into_iter().unzip::<_, _, Vec<_>, Vec<_>>()).unzip();
    // Later, so that nobody's ticket names them.
    let nodes = start_others(options, &engines, place).await?;
    let apis = nodes.iter().map(|node| Api::new(node.server.address())).collect::<Result<_>>()?;
    others.set(apis).map_err(|_set| "the other servers stand twice")?;
    let speaking = tokio::spawn(speak(talk, mouths));

    sleep(options.drain_after).await;
    let left = leaving.server.address().port();
    let told_at = Instant::now();
    let exit = leaving.server.stop().await?;
    speaking.await??;
    let mut evening = Evening::new(told_at, left)?;
    for stay in stays.into_iter().flatten() {
        evening.add(&stay.await??);
    }
    for node in nodes {
        node.server.stop().await?;
    }
    engines.stop().await;
    Ok(evening.figures(exit))
}

async fn start_others(
    options: &DrainOptions,
    engines: &Engines,
    place: Place<'_>,
) -> Result<Vec<Node>> {
    let mut nodes = Vec::new();
    for _ in 1..options.nodes {
        nodes.push(engines.node(place).await?);
    }
    Ok(nodes)
}

/// Where a member is told the numbers of the messages to say.
type Mouth = mpsc::Sender<usize>;
/// Those of each member of each room.
type Mouths = Vec<Vec<Mouth>>;

/// Everyone at one server, room by room. They stay until they have heard all that is said.
async fn fill(
    talk: Talk,
    engines: &Engines,
    node: &Node,
    others: &Others,
) -> Result<Vec<Vec<(Mouth, JoinHandle<Result<Stay>>)>>> {
    let people = engines.cinema().people().await?;
    let everyone = people.add(talk.rooms * talk.members).await?;
    people.close().await;
    let movie = engines.cinema().api()?.first_film().await?;
    let api = Api::new(node.server.address())?;
    let sit_down = |seat| {
        let (mouth, numbers) = mpsc::channel(UNSAID_MAX);
        (mouth, tokio::spawn(Guest::new(seat, Arc::clone(others), talk).stay(numbers)))
    };
    let rooms = stream::iter(everyone.chunks(talk.members));
    let rooms = rooms.map(async |members| {
        let seats = open_room(&api, movie, members).await?;
        Ok(seats.into_iter().map(sit_down).collect())
    });
    rooms.buffered(ROOMS_AT_ONCE).try_collect().await
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
    /// Of the last try, the call for a ticket, and its socket up to the first frame.
    tickets: Latencies,
    sockets: Latencies,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    people: u64,
    /// Those who came back once, by a `resume`, to another server.
    resumed: u64,
    /// Ways back after another end than a close with 4000.
    untold: u64,
    /// Ways back that began with a `welcome`.
    welcomed: u64,
    tries: u64,
    departures: u64,
    faults: u64,
}

impl Evening {
    fn new(told_at: Instant, left: u16) -> Result<Self> {
        let (from_signal, from_close) = (Latencies::new()?, Latencies::new()?);
        let (tickets, sockets) = (Latencies::new()?, Latencies::new()?);
        let counts = Counts::default();
        Ok(Self { told_at, left, from_signal, from_close, tickets, sockets, counts })
    }

    fn add(&mut self, stay: &Stay) {
        let counts = &mut self.counts;
        counts.people += 1;
        counts.departures += stay.departures;
        counts.faults += stay.faults;
        if let [only] = stay.returns.as_slice() {
            let entry = &only.entry;
            counts.resumed += u64::from(entry.resumed && entry.port != self.left);
        }
        for Return { was_told, closed_at, tries, entry } in &stay.returns {
            counts.untold += u64::from(!was_told);
            counts.welcomed += u64::from(!entry.resumed);
            counts.tries += tries;
            self.from_signal.add(entry.at.saturating_duration_since(self.told_at));
            self.from_close.add(entry.at.saturating_duration_since(*closed_at));
            self.tickets.add(entry.ticket_at.saturating_duration_since(entry.asked_at));
            self.sockets.add(entry.at.saturating_duration_since(entry.ticket_at));
        }
    }

    fn figures(&self, exit: Duration) -> Vec<Figure> {
        let ms_of = |name: &str, value| Figure::new(name, Unit::Milliseconds, value);
        let count = |name: &str, count| Figure::new(name, Unit::Count, number(count));
        let counts = &self.counts;
        let astray = counts.people - counts.resumed;
        vec![
            ms_of("signal to resume, median", self.from_signal.quantile_ms(0.5)).under(BAR_MS),
            ms_of("signal to resume, p99", self.from_signal.quantile_ms(0.99)),
            ms_of("signal to resume, slowest", self.from_signal.max_ms()),
            ms_of("close to resume, median", self.from_close.quantile_ms(0.5)),
            ms_of("close to resume, p99", self.from_close.quantile_ms(0.99)),
            ms_of("of it the ticket, median", self.tickets.quantile_ms(0.5)),
            ms_of("of it the socket, median", self.sockets.quantile_ms(0.5)),
            count("people", counts.people),
            count("people who did not resume elsewhere", astray).under(BAR_NONE),
            count("ways back without a close by 4000", counts.untold),
            count("ways back by a welcome", counts.welcomed),
            count("tries of all people", counts.tries),
            count("members seen to leave", counts.departures).under(BAR_NONE),
            count("faults", counts.faults).under(BAR_NONE),
            ms_of("signal to the end of the process", ms(exit)).under(BAR_EXIT_MS),
        ]
    }
}
