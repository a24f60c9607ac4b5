//! A document in which some bars were measured anew: their sections and rows change, and
//! nothing else.

use std::fmt::Write as _;
use std::path::Path;

use super::{draw, verdict_start, verdicts, write_one};
use crate::Result;
use crate::machine::facts;
use crate::options::Options;
use crate::runs::Measured;

/// What follows the last bar.
const AFTER_BARS: &str = "## Settings of the server";
/// What every row of verdicts follows.
const VERDICTS: &str = "| | figure | bar | measured | verdict |\n|---|---|---|---|---|\n";

/// Writes what was measured over what a document says of the same bars.
pub(crate) fn renew(path: &Path, options: &Options, measured: &[Measured]) -> Result<()> {
    let mut text = std::fs::read_to_string(path)?;
    let facts = facts(&options.scratch)?;
    let of = |name| facts.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value);
    for one in measured {
        let name = one.bar.name();
        let mut section = String::new();
        write_one(&mut section, one)?;
        let (date, commit, runs) = (of("date"), of("commit"), options.runs);
        writeln!(section, "\nMeasured on {date} at commit {commit}; runs: {runs}.")?;
        text = with_section(&text, name, &section).ok_or("a document of another shape")?;
        text = with_verdicts(&text, name, &verdicts(one)).ok_or("a document without bars")?;
    }
    std::fs::write(path, text)?;
    draw(path, measured)
}

/// The document with this section in place of the one of the same name, or as its last bar.
fn with_section(text: &str, name: &str, section: &str) -> Option<String> {
    let heading = format!("\n## {name}\n");
    let start = text.find(&heading).map_or_else(|| text.find(AFTER_BARS).map(|at| at - 1), Some)?;
    let (before, rest) = text.split_at(start);
    let old = if rest.starts_with(&heading) { rest.get(1..)?.find("\n## ")? + 1 } else { 0 };
    Some(format!("{before}{section}{}", rest.get(old..)?))
}

/// The document with these rows in place of those of the same bar, or as the first of all.
fn with_verdicts(text: &str, name: &str, rows: &str) -> Option<String> {
    let start = verdict_start(name);
    let at = match text.find(&start) {
        Some(at) => at,
        None => text.find(VERDICTS)? + VERDICTS.len(),
    };
    let (before, after) = text.split_at(at);
    let kept: String =
        after.split_inclusive('\n').filter(|line| !line.starts_with(&start)).collect();
    Some(format!("{before}{rows}{kept}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "\
# Benchmarks

| | figure | bar | measured | verdict |
|---|---|---|---|---|
| [idle](#idle) | memory | < 2 KiB | 1 KiB | met |
| [room](#room) | p50 | < 5 ms | 2 ms | met |

## idle

Old.

## room

Kept.

## Settings of the server
";

    #[test]
    fn a_section_takes_the_place_of_its_name() {
        let text = with_section(DOCUMENT, "idle", "\n## idle\n\nNew.\n").unwrap();
        assert_eq!(text, DOCUMENT.replace("Old.", "New."));
    }

    #[test]
    fn a_new_section_comes_last() {
        let text = with_section(DOCUMENT, "growth", "\n## growth\n\nNew.\n").unwrap();
        let with_it = "\n## growth\n\nNew.\n\n## Settings";
        assert_eq!(text, DOCUMENT.replace("\n## Settings", with_it));
    }

    #[test]
    fn verdicts_take_the_place_of_their_bar() {
        let row = "| [room](#room) | p50 | < 5 ms | 7 ms | **missed** |\n";
        let text = with_verdicts(DOCUMENT, "room", row).unwrap();
        let old = "| [room](#room) | p50 | < 5 ms | 2 ms | met |\n";
        assert_eq!(text, DOCUMENT.replace(old, row));
        assert_eq!(with_verdicts(DOCUMENT, "growth", "").unwrap(), DOCUMENT);
    }
}
