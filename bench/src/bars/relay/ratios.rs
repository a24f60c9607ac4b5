//! What ours does beside what a peer does, in one run.

use crate::figure::{Bound, Figure, Unit};
use crate::options::Shape;

/// At least as many deliveries as Centrifuge, which stores nothing before it delivers.
const DELIVERIES_TO_CENTRIFUGE: Bound = Bound::Over(1.0);
const DELIVERIES_TO_SOCKETIO: Bound = Bound::Over(1.5);
const DELIVERIES_TO_FASTAPI: Bound = Bound::Over(10.0);
const ROOMS_TO_FASTAPI: Bound = Bound::Over(10.0);
const CPU_TO_CENTRIFUGE: Bound = Bound::Under(0.7);
const CPU_TO_SOCKETIO: Bound = Bound::Under(0.4);
const MEMORY_TO_CENTRIFUGE: Bound = Bound::Under(0.4);

/// Ratios of what both ours and the peer were measured for.
pub(super) fn of(figures: &[Figure], shapes: &[Shape]) -> Vec<Figure> {
    let deliveries = "capacity, deliveries";
    let memory = "memory of an idle connection";
    let mut ratios = vec![
        ratio(figures, deliveries, "ours-kafka", "centrifuge-redis", DELIVERIES_TO_CENTRIFUGE),
        ratio(figures, deliveries, "ours-kafka", "socketio-redis", DELIVERIES_TO_SOCKETIO),
        ratio(figures, deliveries, "ours-kafka", "fastapi", DELIVERIES_TO_FASTAPI),
        ratio(figures, deliveries, "ours-sqlite", "centrifuge-memory", DELIVERIES_TO_CENTRIFUGE),
        ratio(figures, "rooms created", "ours-kafka", "fastapi", ROOMS_TO_FASTAPI),
        ratio(figures, memory, "ours-kafka", "centrifuge-redis", MEMORY_TO_CENTRIFUGE),
    ];
    for shape in shapes {
        let cpu = format!("{shape} CPU a delivery");
        ratios.push(ratio(figures, &cpu, "ours-kafka", "centrifuge-redis", CPU_TO_CENTRIFUGE));
        ratios.push(ratio(figures, &cpu, "ours-kafka", "socketio-redis", CPU_TO_SOCKETIO));
    }
    ratios.into_iter().flatten().collect()
}

fn ratio(figures: &[Figure], what: &str, ours: &str, peer: &str, bar: Bound) -> Option<Figure> {
    let value = |relay: &str| {
        let name = format!("{relay} {what}");
        figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    };
    let ratio = value(ours)? / value(peer)?;
    let name = format!("{what}, {ours} to {peer}");
    Some(Figure { bar: Some(bar), ..Figure::new(name, Unit::Ratio, ratio) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_measured_of_both_is_compared() {
        let capacity = |relay: &str, value| {
            Figure::new(format!("{relay} capacity, deliveries"), Unit::PerSecond, value)
        };
        let figures = [capacity("ours-kafka", 30.0), capacity("socketio-redis", 10.0)];
        let ratios = of(&figures, &[]);
        assert_eq!(ratios.len(), 1);
        assert!((ratios[0].value - 3.0).abs() < f64::EPSILON);
        assert_eq!(ratios[0].name, "capacity, deliveries, ours-kafka to socketio-redis");
        assert_eq!(ratios[0].bar, Some(DELIVERIES_TO_SOCKETIO));
    }
}
