//! The document: figures, bars, verdicts, and everything needed to measure them again.

use std::fmt::Write as _;
use std::path::Path;

use crate::Result;
use crate::machine::facts;
use crate::options::Options;
use crate::runs::Measured;
use crate::server::RAISED;

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
machine and share its processors with the server, so figures on idle hardware are better; only where
relays are measured beside each other do servers and clients have a core each.
";

/// Writes the document, and its folder where there is none.
pub(crate) fn write(path: &Path, options: &Options, measured: &[Measured]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = document(&facts(&options.scratch)?, options, measured)?;
    Ok(std::fs::write(path, text)?)
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
        let name = one.bar.name();
        for figure in one.figures.iter().filter(|figure| figure.bar.is_some()) {
            writeln!(
                text,
                "| [{name}](#{name}) | {} | {} | {} | {} |",
                figure.name,
                figure.bar_shown(),
                figure.shown(),
                figure.verdict()
            )?;
        }
    }
    Ok(())
}

fn write_one(text: &mut String, one: &Measured) -> Result<()> {
    let name = one.bar.name();
    writeln!(text, "\n## {name}\n\n{}\n", one.bar.method())?;
    writeln!(text, "```sh\ntarget/release/movie-together-bench {name}\n```\n")?;
    writeln!(text, "| figure | measured |\n|---|---|")?;
    for figure in &one.figures {
        writeln!(text, "| {} | {} |", figure.name, figure.shown())?;
    }
    let (before, after) = &one.load;
    writeln!(text, "\nLoad average of the machine over a minute: {before} before, {after} after.")?;
    Ok(())
}
