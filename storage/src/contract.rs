//! The ports' contracts as checks that every adapter has to pass: they, and the traits' own
//! words, are the definition of a port.
//!
//! To put an adapter to the test, hand a suite a maker of fresh, empty ones:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # async fn test(
//! #     fresh: impl AsyncFn() -> Arc<dyn storage::log::Log>,
//! # ) -> Result<(), storage::contract::Broken> {
//! storage::contract::log::check(fresh).await
//! # }
//! ```

pub mod archive;
pub mod log;
pub mod rooms;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::log::BoxError;

/// Longest time that one check may take.
const CHECK_TIMEOUT: Duration = Duration::from_mins(1);

/// A sentence of the contract that does not hold.
#[derive(Debug, thiserror::Error)]
#[error("the contract is broken: {check}")]
pub struct Broken {
    /// What should hold.
    pub check: &'static str,
    /// What was seen.
    #[source]
    pub seen: BoxError,
}

/// What a check answers; its error tells what was seen instead.
type Checked<T = ()> = Result<T, BoxError>;

/// One check of a port, with the sentence it proves.
struct Check<Port: ?Sized>(&'static str, fn(Arc<Port>) -> BoxFuture<'static, Checked>);

/// Runs every check, each on a fresh adapter.
async fn run_all<Port: ?Sized>(
    make: impl AsyncFn() -> Arc<Port>,
    checks: &[Check<Port>],
) -> Result<(), Broken> {
    for Check(sentence, check) in checks {
        run(sentence, check(make().await)).await?;
    }
    Ok(())
}

async fn run(check: &'static str, checking: BoxFuture<'static, Checked>) -> Result<(), Broken> {
    match tokio::time::timeout(CHECK_TIMEOUT, checking).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(seen)) => Err(Broken { check, seen }),
        Err(elapsed) => Err(Broken { check, seen: elapsed.into() }),
    }
}

/// A list of checks: the sentence, and the function that proves it.
macro_rules! checks {
    ($($sentence:literal => $check:path,)*) => {
        &[$($crate::contract::Check($sentence, |port| Box::pin($check(port)))),*]
    };
}

/// Ends the check unless a condition holds.
macro_rules! ensure {
    ($holds:expr, $($otherwise:tt)+) => {
        if !$holds {
            return Err(format!($($otherwise)+).into());
        }
    };
}

/// Ends the check unless two values are equal.
macro_rules! ensure_eq {
    ($seen:expr, $wanted:expr, $what:literal) => {
        match (&$seen, &$wanted) {
            (seen, wanted) => {
                $crate::contract::ensure!(
                    seen == wanted,
                    "{}: saw {seen:?}, wanted {wanted:?}",
                    $what
                )
            }
        }
    };
}

/// Ends the check unless a result is this error.
macro_rules! ensure_refused {
    ($result:expr, $error:pat, $what:literal) => {
        match $result {
            Err($error) => {}
            other => return Err(format!("{}: saw {other:?}", $what).into()),
        }
    };
}

use {checks, ensure, ensure_eq, ensure_refused};
