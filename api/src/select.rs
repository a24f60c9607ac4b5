//! `tokio::select!`. In unit tests it polls in the order written instead of a random one, so
//! that a simulated run can be replayed from its seed.

#[cfg(not(test))]
pub(crate) use tokio::select;

#[cfg(test)]
macro_rules! select {
    ($($branches:tt)*) => {
        tokio::select! { biased; $($branches)* }
    };
}

#[cfg(test)]
pub(crate) use select;
