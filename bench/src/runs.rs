//! Measures each bar several times and says what came of it.

use crate::Result;
use crate::bars::Bar;
use crate::figure::Series;
use crate::machine::load_average;
use crate::options::Options;
use crate::place::Place;
use crate::say::say;

/// A bar over all its runs.
pub(crate) struct Measured {
    pub(crate) bar: Bar,
    pub(crate) figures: Vec<Series>,
    /// The machine's load average over a minute, before the first run and after the last.
    pub(crate) load: (String, String),
}

/// Measures what was asked for, bar by bar.
pub(crate) async fn measure(options: &Options) -> Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for bar in Bar::wanted(&options.what) {
        let load_before = load_average()?;
        let mut runs = Vec::new();
        for number in 1..=options.runs {
            say(&format!("{}: run {number} of {}", bar.name(), options.runs))?;
            let place = Place { binaries: &options.binaries, scratch: &options.scratch, number };
            runs.push(bar.run(place).await?);
        }
        let figures = Series::of_runs(&runs);
        for figure in &figures {
            say(&line(figure))?;
        }
        measured.push(Measured { bar, figures, load: (load_before, load_average()?) });
    }
    Ok(measured)
}

fn line(figure: &Series) -> String {
    let (name, shown) = (&figure.name, figure.shown());
    let (bar, verdict) = (figure.bar_shown(), figure.verdict().replace('*', ""));
    let name = figure
        .at
        .map_or_else(|| name.clone(), |work| format!("{} {}: {name}", work.amount, work.of));
    format!("  {name:<40} {shown:<32} {bar:<10} {verdict}").trim_end().to_owned()
}
