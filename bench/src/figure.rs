//! What is measured: a number with a unit, and the bar it has to keep to.

use std::fmt;

/// One measured number.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What it is; the same in every run.
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) value: f64,
    /// What it must keep to, where there is a bar.
    pub(crate) bar: Option<Bound>,
    /// How much work there was, where it is measured at several amounts.
    pub(crate) at: Option<Work>,
}

/// How much of something there was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    /// What there was, such as `rooms`.
    pub(crate) of: &'static str,
    pub(crate) amount: usize,
}

/// What a number must keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    Under(f64),
    Over(f64),
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Microseconds,
    Milliseconds,
    /// 1024 bytes.
    Kibibytes,
    /// 1,000,000 bytes.
    Megabytes,
    Count,
    /// Times as much.
    Ratio,
    PerSecond,
    /// Processor time a second.
    MillisecondsPerSecond,
    Percent,
}

impl Figure {
    /// A number without a bar.
    pub(crate) fn new(name: impl Into<String>, unit: Unit, value: f64) -> Self {
        Self { name: name.into(), unit, value, bar: None, at: None }
    }

    /// The bar it must stay under.
    pub(crate) fn under(self, bar: f64) -> Self {
        Self { bar: Some(Bound::Under(bar)), ..self }
    }

    /// The bar it must stay over.
    pub(crate) fn over(self, bar: f64) -> Self {
        Self { bar: Some(Bound::Over(bar)), ..self }
    }

    /// The same number as one of several amounts of work, which have no bar.
    pub(crate) fn at(self, work: Work) -> Self {
        Self { at: Some(work), bar: None, ..self }
    }
}

impl Bound {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::Under(bar) => value < bar,
            Self::Over(bar) => value > bar,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Microseconds => " µs",
            Self::Milliseconds => " ms",
            Self::Kibibytes => " KiB",
            Self::Megabytes => " MB",
            Self::Count => "",
            Self::Ratio => " times",
            Self::PerSecond => " a second",
            Self::MillisecondsPerSecond => " ms a second",
            Self::Percent => " %",
        })
    }
}

/// One figure over all runs.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) bar: Option<Bound>,
    pub(crate) at: Option<Work>,
    pub(crate) values: Vec<f64>,
}

impl Series {
    /// The runs of one bar, figure by figure, in the order of the first run.
    pub(crate) fn of_runs(runs: &[Vec<Figure>]) -> Vec<Self> {
        let first = runs.first().map(Vec::as_slice).unwrap_or_default();
        let series = first.iter().map(|figure| Self {
            name: figure.name.clone(),
            unit: figure.unit,
            bar: figure.bar,
            at: figure.at,
            values: runs
                .iter()
                .flatten()
                .filter(|other| other.name == figure.name && other.at == figure.at)
                .map(|other| other.value)
                .collect(),
        });
        series.collect()
    }

    /// The middle run.
    pub(crate) fn median(&self) -> f64 {
        median(&self.values)
    }

    /// `2.31 ms (2.20–2.95)`: the median, and the range where there were several runs.
    pub(crate) fn shown(&self) -> String {
        let median = self.number(self.median());
        let unit = self.unit;
        let min = self.values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if self.values.len() < 2 {
            return format!("{median}{unit}");
        }
        format!("{median}{unit} ({}–{})", self.number(min), self.number(max))
    }

    /// Such as `< 5 ms`; empty where there is no bar.
    pub(crate) fn bar_shown(&self) -> String {
        match self.bar {
            Some(Bound::Under(bar)) => format!("< {bar}{}", self.unit),
            Some(Bound::Over(bar)) => format!("> {bar}{}", self.unit),
            None => String::new(),
        }
    }

    /// Whether the median keeps to the bar; empty where there is none.
    pub(crate) fn verdict(&self) -> &'static str {
        match self.bar {
            Some(bar) if bar.is_met(self.median()) => "met",
            Some(_) => "**missed**",
            None => "",
        }
    }

    fn number(&self, value: f64) -> String {
        match self.unit {
            Unit::Count | Unit::PerSecond | Unit::Percent => format!("{value:.0}"),
            Unit::Kibibytes
            | Unit::Megabytes
            | Unit::Microseconds
            | Unit::MillisecondsPerSecond => format!("{value:.1}"),
            Unit::Milliseconds | Unit::Ratio => format!("{value:.2}"),
        }
    }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

/// The middle value, or the mean of the two in the middle; 0 of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    if sorted.len().is_multiple_of(2) {
        let lower = (sorted.len() / 2).saturating_sub(1);
        f64::midpoint(sorted.get(lower).copied().unwrap_or_default(), upper)
    } else {
        upper
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64], bar: Option<Bound>) -> Series {
        let (name, values) = ("figure".to_owned(), values.to_vec());
        Series { name, unit: Unit::Milliseconds, bar, at: None, values }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).abs() < f64::EPSILON);
    }

    #[test]
    fn a_bar_is_missed_at_it() {
        let under = Some(Bound::Under(5.0));
        assert_eq!(series(&[4.99], under).verdict(), "met");
        assert_eq!(series(&[5.0], under).verdict(), "**missed**");
        let over = Some(Bound::Over(5.0));
        assert_eq!(series(&[5.01], over).verdict(), "met");
        assert_eq!(series(&[5.0], over).verdict(), "**missed**");
        assert_eq!(series(&[5.0], None).verdict(), "");
    }

    #[test]
    fn one_run_has_no_range() {
        assert_eq!(series(&[1.0], None).shown(), "1.00 ms");
        assert_eq!(series(&[3.0, 1.0, 2.0], None).shown(), "2.00 ms (1.00–3.00)");
    }

    #[test]
    fn runs_are_gathered_by_name() {
        let run = |value| {
            vec![
                Figure::new("one", Unit::Count, value).under(9.0),
                Figure::new("two", Unit::Count, value * 2.0),
            ]
        };
        let gathered = Series::of_runs(&[run(1.0), run(2.0)]);
        let values: Vec<_> = gathered.iter().map(|series| series.values.clone()).collect();
        assert_eq!(values, [vec![1.0, 2.0], vec![2.0, 4.0]]);
        assert_eq!(gathered[0].bar, Some(Bound::Under(9.0)));
    }

    #[test]
    fn runs_are_gathered_by_the_amount_of_work() {
        let at = |amount| {
            let work = Work { of: "rooms", amount };
            Figure::new("one", Unit::Count, number(amount as u64)).under(9.0).at(work)
        };
        let gathered = Series::of_runs(&[vec![at(1), at(2)], vec![at(1), at(2)]]);
        let values: Vec<_> = gathered.iter().map(|series| series.values.clone()).collect();
        assert_eq!(values, [vec![1.0, 1.0], vec![2.0, 2.0]]);
        assert!(gathered.iter().all(|series| series.bar.is_none()));
    }
}
