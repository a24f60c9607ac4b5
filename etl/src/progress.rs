//! How far a pass is, for a person at a terminal. Where stderr is no terminal nothing is
//! drawn, and log lines are never torn by the bar.

use std::io::{self, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::fmt::MakeWriter;

const TEMPLATE: &str = "{msg} {bar:30} {human_pos}/{human_len} {prefix}, {per_sec}";

/// The place on the terminal that bars and log lines share.
#[derive(Clone, Debug)]
pub struct Terminal(MultiProgress);

impl Terminal {
    /// Draws to stderr, if that is a terminal.
    pub fn stderr() -> Self {
        Self(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))
    }

    /// Draws nothing.
    pub fn hidden() -> Self {
        Self(MultiProgress::with_draw_target(ProgressDrawTarget::hidden()))
    }

    /// A bar for one piece of work, such as `scanning` some `records`; it is gone when the
    /// work is.
    pub(crate) fn bar(&self, work: &'static str, items: &'static str) -> Progress {
        let style =
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(0).with_style(style).with_message(work).with_prefix(items);
        Progress(self.0.add(bar))
    }
}

/// How far one piece of work is.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// There are this many items more to do.
    pub(crate) fn expect(&self, items: u64) {
        self.0.inc_length(items);
    }

    /// This many items were done.
    pub(crate) fn advance(&self, items: u64) {
        self.0.inc(items);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Writes log lines to stderr, above the bar.
impl<'a> MakeWriter<'a> for Terminal {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter(self.0.clone())
    }
}

/// Writes to stderr while the bars stand aside.
#[derive(Debug)]
pub struct LineWriter(MultiProgress);

impl Write for LineWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
