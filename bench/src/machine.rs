//! What was measured, and on what.

use std::path::Path;
use std::process::Command;

use time::OffsetDateTime;

use crate::Result;

/// Facts about the machine and the code, each with its name.
pub(crate) fn facts(scratch: &Path) -> Result<Vec<(&'static str, String)>> {
    let cores = std::thread::available_parallelism()?;
    let processor = field("/proc/cpuinfo", "model name")?;
    let memory = field("/proc/meminfo", "MemTotal")?;
    Ok(vec![
        ("date", OffsetDateTime::now_utc().date().to_string()),
        ("commit", commit()?),
        ("processor", format!("{processor}, {cores} cores for everything")),
        ("memory", gigabytes(&memory)),
        ("system", said("uname", &["-sr"])?),
        ("file system of the data folder", file_system(scratch)?),
        ("compiler", said("rustc", &["--version"])?),
    ])
}

/// The load average over the last minute.
pub(crate) fn load_average() -> Result<String> {
    let averages = std::fs::read_to_string("/proc/loadavg")?;
    Ok(averages.split_whitespace().next().unwrap_or_default().to_owned())
}

/// The commit, and whether files differ from it.
fn commit() -> Result<String> {
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"])?;
    let changes = said("git", &["status", "--porcelain", "--untracked-files=no"])?;
    Ok(match changes.lines().count() {
        0 => format!("`{commit}`"),
        count => format!("`{commit}` with {count} files changed since"),
    })
}

fn file_system(folder: &Path) -> Result<String> {
    let table = said("df", &["--output=fstype", &folder.to_string_lossy()])?;
    Ok(table.lines().last().unwrap_or_default().to_owned())
}

/// `24684084 kB` is 25 GB.
fn gigabytes(kibibytes: &str) -> String {
    let number = kibibytes.split_whitespace().next();
    let number: Option<u64> = number.and_then(|number| number.parse().ok());
    number.map_or_else(
        || kibibytes.to_owned(),
        |number| format!("{} GB", number.saturating_mul(1024) / 1_000_000_000),
    )
}

/// The value of a line such as `model name : X`.
fn field(path: &str, name: &str) -> Result<String> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|line| line.split_once(':'));
    Ok(value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned()))
}

fn said(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{program} cannot be run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Ok("unknown".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shown_in_gigabytes() {
        assert_eq!(gigabytes("24684084 kB"), "25 GB");
        assert_eq!(gigabytes("unknown"), "unknown");
    }
}
