//! Where a bar finds what it runs, and room for its data.

use std::path::{Path, PathBuf};

/// Where a bar is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// Folder of the binaries.
    pub(crate) binaries: &'a Path,
    /// Folder for data folders.
    pub(crate) scratch: &'a Path,
    /// Number of the run, from 1.
    pub(crate) number: u32,
}

/// A [`Place`] for a thread of its own.
#[derive(Debug)]
pub(crate) struct OwnedPlace {
    binaries: PathBuf,
    scratch: PathBuf,
    number: u32,
}

impl OwnedPlace {
    pub(crate) fn place(&self) -> Place<'_> {
        Place { binaries: &self.binaries, scratch: &self.scratch, number: self.number }
    }
}

impl Place<'_> {
    /// The same place, whoever's the paths are.
    pub(crate) fn owned(self) -> OwnedPlace {
        let (binaries, scratch) = (self.binaries.to_owned(), self.scratch.to_owned());
        OwnedPlace { binaries, scratch, number: self.number }
    }

    /// The server's binary.
    pub(crate) fn server(&self) -> PathBuf {
        self.binaries.join("movie-together")
    }

    /// The archiver's.
    pub(crate) fn etl(&self) -> PathBuf {
        self.binaries.join("movie-together-etl")
    }

    /// Folder of the peers' programs, as `bench/peers/prepare.sh` leaves them.
    pub(crate) fn peers(&self) -> PathBuf {
        self.scratch.join("peers")
    }

    /// The reference cinema's.
    pub(crate) fn cinema(&self) -> PathBuf {
        self.binaries.join("movie-together-cinema")
    }
}
