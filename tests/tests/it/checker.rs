//! The judge is judged: it is content with every true story, and finds every lie by its name.

mod made;
mod planted;

use end_to_end::checker::{FINDINGS_LISTED_MAX, Fault, check};
use rand::SeedableRng;
use rand::rngs::StdRng;

use self::made::evening;
use self::planted::PLANTS;

/// Random evenings that must be found true.
const TRUE_EVENINGS: u64 = 200;
/// Random evenings into which each fault is planted, at a random place.
const EVENINGS_A_PLANT: u64 = 25;

#[test]
fn true_evenings_have_no_findings() {
    for seed in 0..TRUE_EVENINGS {
        let report = check(&evening(seed));
        assert!(report.is_clean(), "seed {seed}:\n{report}");
    }
}

#[test]
fn an_evening_is_worth_judging() {
    let evenings: Vec<_> = (0..TRUE_EVENINGS).map(evening).collect();
    let heard = |kind: &str| {
        let marked = format!("\"type\":\"{kind}\"");
        let clients = evenings.iter().flat_map(|evening| &evening.clients);
        let frames = clients.flat_map(|client| &client.heard);
        frames.filter(|heard| heard.frame.contains(&marked)).count()
    };
    for kind in ["welcome", "resume", "event", "ack", "reject", "unknown"] {
        assert!(heard(kind) > 100, "hardly any {kind}");
    }
    assert!(evenings.iter().any(|evening| evening.quarantined.len() > 1));
}

#[test]
fn every_planted_fault_is_found_by_its_name() {
    for (name, fault, plant) in PLANTS {
        let mut planted = 0;
        for seed in 0..EVENINGS_A_PLANT {
            let mut evidence = evening(seed);
            if plant(&mut evidence, &mut StdRng::seed_from_u64(seed)).is_none() {
                continue;
            }
            planted += 1;
            let report = check(&evidence);
            assert!(report.count(*fault) > 0, "{name}, seed {seed}: {report}");
            assert!(report.to_string().contains(fault.name()), "{report}");
        }
        assert!(planted > EVENINGS_A_PLANT / 8, "{name} could be planted only {planted} times");
    }
}

#[test]
fn every_kind_of_fault_is_planted() {
    let every = [
        Fault::Lost,
        Fault::Doubled,
        Fault::Swapped,
        Fault::Gap,
        Fault::StepBack,
        Fault::Phantom,
        Fault::ChangedVerdict,
        Fault::NotArchived,
        Fault::ArchiveDiffers,
        Fault::UnsealedVisible,
        Fault::TruncatedEarly,
        Fault::QuarantineDiffers,
        Fault::LogChanged,
        Fault::Uncollected,
        Fault::Unreadable,
    ];
    for fault in every {
        assert!(PLANTS.iter().any(|(_, planted, _)| *planted == fault), "{}", fault.name());
    }
}

#[test]
fn a_report_lists_so_many_and_counts_the_rest() {
    for spoilt in [FINDINGS_LISTED_MAX, FINDINGS_LISTED_MAX + 1] {
        let mut evidence = evening(1);
        let client = &mut evidence.clients[0];
        let mut frame = client.heard[0].clone();
        "no JSON".clone_into(&mut frame.frame);
        client.heard.extend(std::iter::repeat_n(frame, spoilt));
        let report = check(&evidence);
        assert_eq!(report.count(Fault::Unreadable), spoilt);
        assert_eq!(report.findings().len(), FINDINGS_LISTED_MAX);
        assert_eq!(report.to_string().contains("and 1 more"), spoilt > FINDINGS_LISTED_MAX);
    }
}
