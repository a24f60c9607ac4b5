//! Time to join a room with an ever longer history, and its memory.

use crate::Result;
use crate::bars::join;
use crate::figure::{Figure, Work};
use crate::options::{GrowthOptions, JoinOptions};
use crate::place::Place;

/// Rooms of each length, joined for the first time.
const COLD_JOINS: usize = 5;
/// Joins of a room that is in memory.
const WARM_JOINS: usize = 15;

pub(super) fn method() -> String {
    format!(
        "History: messages of a room, measured as in `join`, by {COLD_JOINS} cold joins and \
         {WARM_JOINS} warm ones."
    )
}

pub(super) async fn run(options: &GrowthOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for &messages in &options.sweep_messages {
        let sizes = JoinOptions { messages, cold_joins: COLD_JOINS, warm_joins: WARM_JOINS };
        let work = Work { of: "messages", amount: messages };
        let one = join::run(&sizes, place).await?;
        // Of so few joins the slowest tells nothing.
        let kept = one.into_iter().filter(|figure| !figure.name.ends_with("slowest"));
        figures.extend(kept.map(|figure| figure.at(work)));
    }
    Ok(figures)
}
