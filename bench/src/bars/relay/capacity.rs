//! The most that a relay delivers before it is late.

use std::time::Duration;

use crate::Result;
use crate::bars::spoken::{Spoken, TOOL_SHARE_MAX};
use crate::figure::{Figure, Unit, number};
use crate::options::RelayOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::{Relay, Running};
use crate::say::say;
use crate::talk::{Company, Talk};

/// Members of each room.
const MEMBERS: usize = 4;
/// A relay is late from here on.
const P99_MAX_MS: f64 = 100.0;
/// Messages a second in each room, at first.
const RATE_FIRST: f64 = 1.0;
/// How much more is said in the next step.
const GROWTH: f64 = 2.0;
/// The last step that was kept and the first that was not end closer than this.
const PRECISION: f64 = 1.1;
/// Part of a step that does not count.
const WARM_UP: Duration = Duration::from_secs(1);
/// Nothing comes near it.
const RATE_MAX: f64 = 400.0;

pub(super) fn method(options: &RelayOptions) -> String {
    format!(
        "Capacity: {} rooms of {MEMBERS} in which {RATE_FIRST} message a second is said at first \
         and {GROWTH} times as many in each next step of {}, until p99 is {P99_MAX_MS} ms or more, \
         there are faults, or the tool is the limit, twice; then the steps between are halved until \
         they are within {:.0} %. A session of ours may send 10 messages a second, so its ramp \
         ends at {:.0} in a room at the latest.",
        options.ramp_rooms,
        humantime::format_duration(options.ramp_step),
        (PRECISION - 1.0) * 100.0,
        talk(options, RATE_FIRST).rate_max(),
    )
}

/// What came of one step.
struct Step {
    rate: f64,
    spoken: Spoken,
    duration: Duration,
}

pub(super) async fn run(
    options: &RelayOptions,
    relay: Relay,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    allow_files(options.ramp_rooms * MEMBERS)?;
    let running = Running::start(relay, place).await?;
    let most = if relay.is_ours() { talk(options, RATE_FIRST).rate_max() } else { RATE_MAX };
    let mut ramp = Ramp { options, running: &running, company: Company::default(), by_tool: false };
    let best = ramp.climb(relay, most).await?;
    let by_tool = ramp.by_tool;
    drop(ramp);
    running.stop().await?;
    let best = best.ok_or_else(|| format!("{relay} is late from the first step on"))?;
    Ok(figures(relay, &best, by_tool, best.rate >= most))
}

struct Ramp<'a> {
    options: &'a RelayOptions,
    running: &'a Running,
    company: Company,
    /// Whether the last step that was not kept was the tool's fault.
    by_tool: bool,
}

impl Ramp<'_> {
    /// The last step that the relay kept up with.
    async fn climb(&mut self, relay: Relay, most: f64) -> Result<Option<Step>> {
        let (mut best, mut rate) = (None::<Step>, RATE_FIRST);
        let mut too_much = f64::INFINITY;
        loop {
            match self.step_or_again(relay, rate).await? {
                Some(step) => best = Some(step),
                None => too_much = rate,
            }
            let kept = best.as_ref().map_or(0.0, |step| step.rate);
            if kept >= most || kept <= 0.0 || too_much / kept < PRECISION {
                return Ok(best);
            }
            rate = if too_much.is_finite() { (kept * too_much).sqrt() } else { kept * GROWTH };
            rate = rate.min(most);
        }
    }

    /// One step, or the same again: a moment's pause of the machine is no limit of a relay.
    async fn step_or_again(&mut self, relay: Relay, rate: f64) -> Result<Option<Step>> {
        match self.step(relay, rate).await? {
            None => self.step(relay, rate).await,
            kept => Ok(kept),
        }
    }

    /// One step; nothing if the relay did not keep up.
    async fn step(&mut self, relay: Relay, rate: f64) -> Result<Option<Step>> {
        let talk = talk(self.options, rate);
        if self.company.is_gone() {
            self.company = Company::new(self.running.open(talk.rooms, talk.members).await?);
        }
        let said = match self.say(&talk).await {
            Ok(said) => said,
            Err(error) => {
                self.by_tool = false;
                say(&format!("  {relay}: {rate:.1} a second in a room: {error}"))?;
                return Ok(None);
            }
        };
        let Spoken { heard, used } = &said.spoken;
        let (p99_ms, faults) = (heard.latencies.quantile_ms(0.99), heard.faults);
        let share = used.tool_share;
        say(&format!(
            "  {relay}: {rate:.1} a second in a room: p99 {p99_ms:.1} ms, {faults} faults, \
             tool at {:.0} % of its core",
            share * 100.0
        ))?;
        let kept = p99_ms < P99_MAX_MS && faults == 0;
        if kept && share <= TOOL_SHARE_MAX {
            return Ok(Some(said));
        }
        self.by_tool = share > TOOL_SHARE_MAX;
        Ok(None)
    }

    async fn say(&mut self, talk: &Talk) -> Result<Step> {
        let spoken = Spoken::hold(talk, WARM_UP, &mut self.company, self.running).await?;
        Ok(Step { rate: talk.room_rate, spoken, duration: talk.duration })
    }
}

fn talk(options: &RelayOptions, room_rate: f64) -> Talk {
    Talk {
        rooms: options.ramp_rooms,
        members: MEMBERS,
        room_rate,
        warm_up: Duration::ZERO,
        duration: options.ramp_step,
    }
}

fn figures(relay: Relay, best: &Step, by_tool: bool, at_most: bool) -> Vec<Figure> {
    let figure = |what: &str, unit, value| Figure::new(format!("{relay} {what}"), unit, value);
    let Spoken { heard, used } = &best.spoken;
    let deliveries = number(heard.deliveries);
    let each = |what, time| best.spoken.each(format!("{relay} {what}"), time);
    vec![
        figure("capacity, deliveries", Unit::PerSecond, deliveries / best.duration.as_secs_f64()),
        best.spoken.latency(format!("{relay} capacity, p99"), 0.99),
        each("capacity, CPU a delivery", used.server),
        each("capacity, engines' CPU a delivery", used.engines),
        figure("capacity, tool of its core", Unit::Percent, used.tool_share * 100.0),
        figure("capacity, tool was the limit", Unit::Count, f64::from(u8::from(by_tool))),
        figure("capacity, limit of sessions was", Unit::Count, f64::from(u8::from(at_most))),
    ]
}
