//! What will be done to whom, drawn from the seed before anything starts.

use std::fmt;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use stack::Engine;

/// Shortest pause between two strikes.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// Shortest and longest time for which a process is held.
const HELD: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(12));
/// Longest time for which a process stays down.
const DOWN_MAX: Duration = Duration::from_secs(2);
/// How often two are struck at once.
const TWO_SHARE: f64 = 0.25;

/// Who can be struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An API node.
    Node(usize),
    /// An archive pass.
    Etl(usize),
    /// A broker of the log.
    Kafka(usize),
    /// The rooms' rows.
    Postgres,
    /// The archive's server.
    Archive,
}

impl Target {
    /// The engine, and which of its servers, if it is one.
    pub fn server(self) -> Option<(Engine, usize)> {
        match self {
            Self::Node(_) | Self::Etl(_) => None,
            Self::Kafka(number) => Some((Engine::Kafka, number)),
            Self::Postgres => Some((Engine::Postgres, 0)),
            Self::Archive => Some((Engine::Mongodb, 0)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(_) => formatter.write_str("node"),
            Self::Etl(_) => formatter.write_str("etl"),
            Self::Kafka(_) => formatter.write_str("kafka"),
            Self::Postgres => formatter.write_str("postgres"),
            Self::Archive => formatter.write_str("archive"),
        }
    }
}

/// What can be done to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// `kill -9`, then down for a while, then started again.
    Kill {
        /// How long it stays down.
        down: Duration,
    },
    /// `SIGSTOP`, and `SIGCONT` after a while.
    Hold {
        /// How long it is held.
        held: Duration,
    },
    /// Ended in order, then down for a while, then started again.
    Terminate {
        /// How long it stays down.
        down: Duration,
    },
}

/// Some deeds at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// Pause since the end of the strike before.
    pub after: Duration,
    /// One or two different targets.
    pub deeds: Vec<(Target, Deed)>,
}

/// What a plan is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct PlanOptions {
    /// The same seed gives the same plan.
    pub seed: u64,
    /// How many kills the plan has, at least.
    pub kills: u32,
    /// API nodes.
    pub nodes: usize,
    /// Brokers of the log.
    pub brokers: usize,
    /// Archive passes at a time.
    pub etls: usize,
    /// Longest pause between two strikes.
    pub pause_max: Duration,
}

/// Draws a plan.
pub fn plan(options: PlanOptions) -> Vec<Strike> {
    let mut dice = StdRng::seed_from_u64(options.seed);
    let mut kills = 0;
    let mut strikes = vec![];
    while kills < options.kills {
        let after = dice.random_range(PAUSE_MIN..=options.pause_max.max(PAUSE_MIN));
        let first = target(&mut dice, options);
        let mut deeds = vec![(first, deed(&mut dice))];
        if dice.random_bool(TWO_SHARE) {
            let second = target(&mut dice, options);
            let deed = deed(&mut dice);
            deeds.extend((second != first).then_some((second, deed)));
        }
        let is_kill = |(_, deed): &&(Target, Deed)| matches!(deed, Deed::Kill { .. });
        kills += u32::try_from(deeds.iter().filter(is_kill).count()).unwrap_or(u32::MAX);
        strikes.push(Strike { after, deeds });
    }
    strikes
}

fn target(dice: &mut StdRng, options: PlanOptions) -> Target {
    match dice.random_range(0..20) {
        0..8 => Target::Node(dice.random_range(0..options.nodes)),
        8..13 => Target::Etl(dice.random_range(0..options.etls)),
        13..16 => Target::Kafka(dice.random_range(0..options.brokers)),
        16..18 => Target::Postgres,
        _ => Target::Archive,
    }
}

fn deed(dice: &mut StdRng) -> Deed {
    let down = dice.random_range(Duration::ZERO..=DOWN_MAX);
    match dice.random_range(0..20) {
        0..14 => Deed::Kill { down },
        // Short holds are as telling as long ones, and cost less.
        14..17 => Deed::Hold { held: dice.random_range(HELD.0..=HELD.1 / 8) },
        17 => Deed::Hold { held: dice.random_range(HELD.0..=HELD.1) },
        _ => Deed::Terminate { down },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: PlanOptions = PlanOptions {
        seed: 7,
        kills: 300,
        nodes: 2,
        brokers: 2,
        etls: 2,
        pause_max: Duration::from_secs(5),
    };

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_seed_another() {
        assert_eq!(plan(OPTIONS), plan(OPTIONS));
        assert_ne!(plan(OPTIONS), plan(PlanOptions { seed: 8, ..OPTIONS }));
    }

    #[test]
    fn everyone_is_struck_in_every_way_one_and_two_at_a_time() {
        let strikes = plan(OPTIONS);
        let deeds: Vec<(Target, Deed)> =
            strikes.iter().flat_map(|strike| strike.deeds.clone()).collect();
        for target in [
            Target::Node(0),
            Target::Node(1),
            Target::Etl(0),
            Target::Etl(1),
            Target::Kafka(0),
            Target::Kafka(1),
            Target::Postgres,
            Target::Archive,
        ] {
            let its: Vec<&Deed> =
                deeds.iter().filter(|deed| deed.0 == target).map(|deed| &deed.1).collect();
            assert!(its.iter().any(|deed| matches!(deed, Deed::Kill { .. })), "{target:?}");
            assert!(its.iter().any(|deed| matches!(deed, Deed::Hold { .. })), "{target:?}");
        }
        assert!(deeds.iter().any(|deed| matches!(deed.1, Deed::Terminate { .. })));
        assert!(strikes.iter().any(|strike| strike.deeds.len() == 2));
        let longest = strikes.iter().map(|strike| strike.after).max();
        assert!(longest > Some(Duration::from_secs(4)) && longest <= Some(OPTIONS.pause_max));
    }
}
