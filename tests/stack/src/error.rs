//! Why an engine does not run.

use std::io;

use crate::engine::Engine;

/// Why an engine does not run.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A program is not installed.
    #[error("{program} is missing; install it (Debian: apt-get install {package})")]
    Missing {
        /// What was looked for.
        program: &'static str,
        /// Where Debian has it.
        package: &'static str,
    },
    /// Something that must be done before an engine can start did not succeed.
    #[error("{step} failed; the end of what it said:\n{tail}")]
    Step {
        /// What was done.
        step: String,
        /// Last lines of its output.
        tail: String,
    },
    /// The process ended instead of serving.
    #[error("{engine} ended at its start; the end of its log:\n{tail}")]
    Ended {
        /// Which engine.
        engine: Engine,
        /// Last lines of its log.
        tail: String,
    },
    /// The process runs, and answers nothing.
    #[error("{engine} was not ready after {waited_s} s ({answer}); the end of its log:\n{tail}")]
    NotReady {
        /// Which engine.
        engine: Engine,
        /// How long it was asked.
        waited_s: u64,
        /// What the last request came to.
        answer: String,
        /// Last lines of its log.
        tail: String,
    },
    /// The machine refused.
    #[error("{what}")]
    Machine {
        /// What was tried.
        what: String,
        /// Its answer.
        #[source]
        error: io::Error,
    },
}

impl StackError {
    /// For `map_err`: what was tried.
    pub(crate) fn machine(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        |error| Self::Machine { what: what.into(), error }
    }
}
