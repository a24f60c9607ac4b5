use super::*;
use proptest::prelude::*;

const PAUSE: Duration = Duration::from_millis(100);
const FAILURES_MAX: u32 = 3;

fn breaker() -> Breaker {
    Breaker::new(BreakerPolicy { failures_max: FAILURES_MAX, pause: PAUSE })
}

/// Fails as often as it takes to open the circuit.
fn open(breaker: &mut Breaker, now: Instant) {
    for _ in 0..FAILURES_MAX {
        let ticket = breaker.admit(now).unwrap();
        breaker.report(ticket, Health::Unwell, now);
    }
    assert!(breaker.is_open());
}

#[test]
fn opens_at_the_limit_and_not_before() {
    let (mut breaker, now) = (breaker(), Instant::now());
    for failures in 1..=FAILURES_MAX {
        let ticket = breaker.admit(now).unwrap();
        breaker.report(ticket, Health::Unwell, now);
        assert_eq!(breaker.is_open(), failures == FAILURES_MAX);
    }
    assert_eq!(breaker.admit(now), Err(PAUSE));
}

#[test]
fn an_answer_starts_the_count_anew() {
    let (mut breaker, now) = (breaker(), Instant::now());
    for _ in 0..FAILURES_MAX {
        for health in [Health::Unwell, Health::Unwell, Health::Well] {
            let ticket = breaker.admit(now).unwrap();
            breaker.report(ticket, health, now);
        }
    }
    assert!(!breaker.is_open());
}

#[test]
fn one_probe_passes_after_the_pause_and_heals() {
    let (mut breaker, start) = (breaker(), Instant::now());
    open(&mut breaker, start);
    let half = PAUSE / 2;
    assert_eq!(breaker.admit(start + half), Err(half));

    let now = start + PAUSE;
    let probe = breaker.admit(now).unwrap();
    assert!(breaker.admit(now).is_err(), "a second probe must not pass");
    breaker.report(probe, Health::Well, now);
    assert!(!breaker.is_open());
}

#[test]
fn a_failed_probe_opens_for_another_pause() {
    let (mut breaker, start) = (breaker(), Instant::now());
    open(&mut breaker, start);
    let now = start + PAUSE;
    let probe = breaker.admit(now).unwrap();
    breaker.report(probe, Health::Unwell, now);
    assert_eq!(breaker.admit(now), Err(PAUSE));
}

#[test]
fn an_abandoned_probe_makes_room_for_the_next() {
    let (mut breaker, start) = (breaker(), Instant::now());
    open(&mut breaker, start);
    let now = start + PAUSE;
    let probe = breaker.admit(now).unwrap();
    breaker.report(probe, Health::Unknown, now);
    assert!(breaker.admit(now).is_ok());
}

#[test]
fn late_reports_of_calls_from_before_the_opening_change_nothing() {
    let (mut breaker, start) = (breaker(), Instant::now());
    let late = breaker.admit(start).unwrap();
    open(&mut breaker, start);
    breaker.report(late, Health::Well, start);
    assert!(breaker.is_open());

    let probe = breaker.admit(start + PAUSE).unwrap();
    breaker.report(late, Health::Unwell, start + PAUSE);
    breaker.report(probe, Health::Well, start + PAUSE);
    assert!(!breaker.is_open(), "only the probe decides");
}

#[derive(Clone, Debug)]
enum Step {
    Admit,
    /// Reports one of the tickets out; the index wraps.
    Report(usize, Health),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let health = prop_oneof![Just(Health::Well), Just(Health::Unwell), Just(Health::Unknown)];
    let step = prop_oneof![
        3 => Just(Step::Admit),
        3 => (any::<usize>(), health).prop_map(|(which, health)| Step::Report(which, health)),
        1 => (0_u64..200).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    /// Whatever happens: it opens only on enough failures, one probe at most is out at a time,
    /// a wait that was named is never too short, and it can always be healed.
    #[test]
    fn holds_its_promises(steps in steps()) {
        let (mut breaker, mut now) = (breaker(), Instant::now());
        let mut tickets = Vec::new();
        let mut failures_reported = 0;
        for step in steps {
            let was_open = breaker.is_open();
            match step {
                Step::Admit => match breaker.admit(now) {
                    Ok(ticket) => {
                        if was_open {
                            prop_assert!(breaker.admit(now).is_err());
                        }
                        tickets.push(ticket);
                    }
                    Err(wait) => {
                        prop_assert!(was_open);
                        prop_assert!(wait > Duration::ZERO && wait <= PAUSE);
                    }
                },
                Step::Report(which, health) if !tickets.is_empty() => {
                    let ticket = tickets.swap_remove(which % tickets.len());
                    failures_reported += u32::from(health == Health::Unwell);
                    breaker.report(ticket, health, now);
                    if breaker.is_open() && !was_open {
                        prop_assert!(failures_reported >= FAILURES_MAX);
                        failures_reported = 0;
                    }
                }
                Step::Report(..) => {}
                Step::Wait(ms) => now += Duration::from_millis(ms),
            }
        }
        for ticket in tickets.drain(..) {
            breaker.report(ticket, Health::Unknown, now);
        }
        let probe = breaker.admit(now + PAUSE);
        prop_assert!(probe.is_ok());
        breaker.report(probe.unwrap(), Health::Well, now + PAUSE);
        prop_assert!(!breaker.is_open());
    }
}
