//! The document: figures, bars, verdicts, and everything needed to measure them again.

mod renewal;

use std::fmt::Write as _;
use std::path::Path;

use crate::Result;
use crate::machine::facts;
use crate::options::Options;
use crate::plot;
use crate::runs::Measured;
use crate::server::RAISED;
use crate::sweep::Sweep;

pub(crate) use renewal::renew;

const INTRODUCTION: &str = "\
# Benchmarks

How the server does against the bars it was built for. Where a bar does not say otherwise, it runs
on its embedded default: one process, all state in one SQLite file, every commit on the disk before
anyone sees it. The engines of the other bars are plain processes of this machine, as `tests/stack`
starts them: Postgres, Kafka with one broker, and FerretDB 1 where MongoDB is meant, each on its own
data and new in every run. This page is written by the tool that measures:

```sh
make bench
```

The stand-in for MongoDB has no ranges of keys, so the archive has bars only on a server that has:
`make bench BENCH='--archive-url mongodb://host:27017'`.

Each figure is the median of several runs with the range of the runs behind it. Each run starts
the release binary anew, in a process and an empty data folder of its own. Clients run on the same
machine and share its processors with the server, so figures on idle hardware are better; servers
and clients have a core each only where relays are measured beside each other, and where it is said
of `growth`. One bar measured anew, such as `growth`, is put into this page by
`target/release/movie-together-bench --renew docs/BENCHMARKS.md growth`.
";

/// Writes the document, and its folder where there is none.
pub(crate) fn write(path: &Path, options: &Options, measured: &[Measured]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = document(&facts(&options.scratch)?, options, measured)?;
    std::fs::write(path, text)?;
    draw(path, measured)
}

/// Draws the pictures of a document, in a folder a bar beside it.
fn draw(document: &Path, measured: &[Measured]) -> Result<()> {
    for one in measured {
        let folder = document.with_file_name(one.bar.name());
        for sweep in Sweep::all(&one.figures) {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(picture(&sweep)), plot::draw(&sweep)?)?;
        }
    }
    Ok(())
}

fn picture(sweep: &Sweep<'_>) -> String {
    format!("{}.svg", sweep.of)
}

fn document(
    facts: &[(&'static str, String)],
    options: &Options,
    measured: &[Measured],
) -> Result<String> {
    let mut text = INTRODUCTION.to_owned();
    writeln!(text, "\n| measured | |\n|---|---|")?;
    for (name, value) in facts {
        writeln!(text, "| {name} | {value} |")?;
    }
    writeln!(text, "| runs of each bar | {} |", options.runs)?;
    write_bars(&mut text, measured)?;
    for one in measured {
        write_one(&mut text, one)?;
    }
    writeln!(text, "\n## Settings of the server\n")?;
    writeln!(
        text,
        "The defaults, but for the limits by user and by address, which one tool at one address \
         would run into: `{}`. The limits on a socket stand.",
        RAISED.join(" ")
    )?;
    Ok(text)
}

/// Only the figures that have a bar.
fn write_bars(text: &mut String, measured: &[Measured]) -> Result<()> {
    writeln!(text, "\n## Bars\n")?;
    writeln!(text, "| | figure | bar | measured | verdict |\n|---|---|---|---|---|")?;
    for one in measured {
        text.push_str(&verdicts(one));
    }
    Ok(())
}

/// The rows of one bar.
fn verdicts(one: &Measured) -> String {
    let start = verdict_start(one.bar.name());
    let barred = one.figures.iter().filter(|figure| figure.bar.is_some());
    let rows = barred.map(|figure| {
        let (name, bar) = (&figure.name, figure.bar_shown());
        format!("{start}{name} | {bar} | {} | {} |\n", figure.shown(), figure.verdict())
    });
    rows.collect()
}

fn verdict_start(name: &str) -> String {
    format!("| [{name}](#{name}) | ")
}

fn write_one(text: &mut String, one: &Measured) -> Result<()> {
    let name = one.bar.name();
    writeln!(text, "\n## {name}\n\n{}\n", one.bar.method())?;
    writeln!(text, "```sh\ntarget/release/movie-together-bench {name}\n```")?;
    let mut single = one.figures.iter().filter(|figure| figure.at.is_none()).peekable();
    if single.peek().is_some() {
        writeln!(text, "\n| figure | measured |\n|---|---|")?;
    }
    for figure in single {
        writeln!(text, "| {} | {} |", figure.name, figure.shown())?;
    }
    for sweep in Sweep::all(&one.figures) {
        let (of, picture) = (sweep.of, picture(&sweep));
        writeln!(text, "\n### {name}: {of}\n\n{}", sweep.table()?)?;
        writeln!(text, "![{name}: {of}]({name}/{picture})")?;
    }
    let (before, after) = &one.load;
    writeln!(text, "\nLoad average of the machine over a minute: {before} before, {after} after.")?;
    Ok(())
}
