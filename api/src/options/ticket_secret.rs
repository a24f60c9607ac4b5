//! The secret that tickets and links are made with: given, or made once and kept.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};

use super::BadOption;

/// Fewest bytes of a secret that cannot be guessed.
pub const TICKET_SECRET_BYTES_MIN: usize = 32;
pub(super) const VARIABLE: &str = "TICKET_SECRET";
const FILE: &str = "ticket-secret";
/// Readable by its owner alone.
const MODE: u32 = 0o600;
/// The same for the folder, where the keys of the embedded cinema lie as well.
const FOLDER_MODE: u32 = 0o700;

/// The given secret, or the one kept in `data_dir`.
pub(super) fn find(
    given: Option<&SecretString>,
    data_dir: &Path,
) -> Result<SecretString, BadOption> {
    let secret = match given {
        Some(secret) if !secret.expose_secret().is_empty() => secret.clone(),
        _ => kept(data_dir).map_err(|error| {
            let path = data_dir.join(FILE);
            let reason = format!("{} cannot be read or made: {error}", path.display());
            BadOption::new(VARIABLE, reason)
        })?,
    };
    if secret.expose_secret().len() < TICKET_SECRET_BYTES_MIN {
        let reason = format!("must have {TICKET_SECRET_BYTES_MIN} bytes at least");
        return Err(BadOption::new(VARIABLE, reason));
    }
    Ok(secret)
}

fn kept(data_dir: &Path) -> io::Result<SecretString> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(data_dir)?;
    let path = data_dir.join(FILE);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(data_dir, &path),
        text => Ok(text?.trim().into()),
    }
}

/// Written aside and renamed, so that a crash leaves no half of a secret.
fn make(data_dir: &Path, path: &Path) -> io::Result<SecretString> {
    let bytes: [u8; TICKET_SECRET_BYTES_MIN] = rand::rng().random();
    let secret = SecretString::from(URL_SAFE_NO_PAD.encode(bytes));
    let aside = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&aside)?;
    file.write_all(secret.expose_secret().as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let first = find(None, &data_dir).unwrap();
        let again = find(None, &data_dir).unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        let made = fs::metadata(&data_dir).unwrap();
        assert_eq!(made.permissions().mode() & 0o777, FOLDER_MODE);
        let file = fs::metadata(data_dir.join(FILE)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, MODE);
    }

    #[test]
    fn short_secrets_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let of = |bytes: usize| {
            let secret = SecretString::from("a".repeat(bytes));
            find(Some(&secret), folder.path())
        };
        assert!(of(TICKET_SECRET_BYTES_MIN).is_ok());
        let error = of(TICKET_SECRET_BYTES_MIN - 1).unwrap_err();
        assert_eq!(error.variable, "TICKET_SECRET");
    }
}
