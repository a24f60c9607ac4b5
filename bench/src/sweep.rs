//! Figures at several amounts of work: one row an amount, one column a figure.

use std::fmt::Write as _;

use crate::Result;
use crate::figure::{Series, Unit, number};

/// Everything that was measured while one thing grew.
pub(crate) struct Sweep<'a> {
    /// What grew, such as `rooms`.
    pub(crate) of: &'static str,
    /// How much of it there was, in the order of measurement.
    pub(crate) amounts: Vec<usize>,
    pub(crate) columns: Vec<Column<'a>>,
}

/// One figure over the amounts.
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    pub(crate) unit: Unit,
    cells: Vec<(usize, &'a Series)>,
}

impl<'a> Sweep<'a> {
    /// The sweeps among these figures.
    pub(crate) fn all(figures: &'a [Series]) -> Vec<Self> {
        let mut sweeps: Vec<Self> = Vec::new();
        for figure in figures {
            let Some(work) = figure.at else { continue };
            if let Some(sweep) = sweeps.iter_mut().find(|sweep| sweep.of == work.of) {
                sweep.add(work.amount, figure);
            } else {
                let mut sweep = Self { of: work.of, amounts: Vec::new(), columns: Vec::new() };
                sweep.add(work.amount, figure);
                sweeps.push(sweep);
            }
        }
        sweeps
    }

    fn add(&mut self, amount: usize, figure: &'a Series) {
        if !self.amounts.contains(&amount) {
            self.amounts.push(amount);
        }
        let cell = (amount, figure);
        if let Some(column) = self.columns.iter_mut().find(|column| column.name == figure.name) {
            column.cells.push(cell);
        } else {
            let (name, unit) = (figure.name.as_str(), figure.unit);
            self.columns.push(Column { name, unit, cells: vec![cell] });
        }
    }

    /// As a table of Markdown.
    pub(crate) fn table(&self) -> Result<String> {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let mut text = format!("| {} | {} |\n", self.of, names.join(" | "));
        text.push_str(&"|---".repeat(names.len() + 1));
        text.push_str("|\n");
        for amount in &self.amounts {
            let cells: Vec<String> =
                self.columns.iter().map(|column| column.shown(*amount)).collect();
            writeln!(text, "| {amount} | {} |", cells.join(" | "))?;
        }
        Ok(text)
    }
}

impl Column<'_> {
    /// The amounts with the median at each.
    pub(crate) fn points(&self) -> Vec<(f64, f64)> {
        let point = |(amount, series): &(usize, &Series)| (number(*amount as u64), series.median());
        self.cells.iter().map(point).collect()
    }

    fn shown(&self, amount: usize) -> String {
        let cell = self.cells.iter().find(|(other, _)| *other == amount);
        cell.map_or_else(String::new, |(_, series)| series.shown())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::figure::{Figure, Work};

    /// Two sweeps, of which one has a figure at one amount only, and a figure of no sweep.
    pub(crate) fn figures() -> Vec<Series> {
        let at = |of, amount, name: &str, value| {
            Figure::new(name, Unit::Milliseconds, value).at(Work { of, amount })
        };
        let figures = vec![
            Figure::new("whole", Unit::Count, 1.0),
            at("rooms", 10, "p50", 1.0),
            at("rooms", 10, "p99", 4.0),
            at("rooms", 100, "p50", 2.0),
            at("nodes", 1, "p50", 3.0),
        ];
        Series::of_runs(&[figures])
    }

    #[test]
    fn figures_stand_by_amount_and_name() {
        let figures = figures();
        let sweeps = Sweep::all(&figures);
        let tables: Vec<String> = sweeps.iter().map(|sweep| sweep.table().unwrap()).collect();
        assert_eq!(
            tables,
            [
                "| rooms | p50 | p99 |\n|---|---|---|\n\
                 | 10 | 1.00 ms | 4.00 ms |\n| 100 | 2.00 ms |  |\n",
                "| nodes | p50 |\n|---|---|\n| 1 | 3.00 ms |\n",
            ]
        );
    }

    #[test]
    fn points_are_medians() {
        let figures = figures();
        let sweeps = Sweep::all(&figures);
        assert_eq!(sweeps[0].columns[0].points(), [(10.0, 1.0), (100.0, 2.0)]);
    }
}
