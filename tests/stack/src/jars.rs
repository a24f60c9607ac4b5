//! Programs that are jars: fetched once by what a `pom.xml` names, and kept.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::StackError;
use crate::step::{self, Cache};

/// The folder of the jars that a `pom.xml` names, from the first call on out of the cache.
///
/// # Errors
/// They cannot be fetched or kept.
pub async fn jars(name: &str, pom: &Path) -> Result<PathBuf, StackError> {
    let cache = Cache::open(name).await?;
    let (jars, fetched) = (cache.path().join("jars"), cache.path().join("pom.xml"));
    let wanted = fs::read(pom).map_err(StackError::machine("a pom.xml cannot be read"))?;
    if fs::read(&fetched).is_ok_and(|fetched| fetched == wanted) {
        return Ok(jars);
    }
    tracing::info!(name, "fetching jars, this once");
    let keep = || StackError::machine("jars cannot be kept");
    if jars.exists() {
        fs::remove_dir_all(&jars).map_err(keep())?;
    }
    let mut output = OsString::from("-DoutputDirectory=");
    output.push(&jars);
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"]);
    maven.arg(output).arg("-f").arg(pom);
    step::run("mvn", maven, &cache.path().join("log")).await?;
    // Written last: a fetch that was cut short is made again.
    fs::write(fetched, wanted).map_err(keep())?;
    Ok(jars)
}
