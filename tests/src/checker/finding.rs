//! What does not fit, by name.

use std::collections::BTreeMap;
use std::fmt;

/// Most findings of one kind that a report spells out; the rest are only counted.
pub const FINDINGS_LISTED_MAX: usize = 20;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// What was acked, answered as done, or had to be seen is not there.
    Lost,
    /// It is there twice.
    Doubled,
    /// It is there in another place than was told, or two things stand in one place.
    Swapped,
    /// A client missed events without being told to begin afresh.
    Gap,
    /// A client was sent back to before what it had seen.
    StepBack,
    /// It was rejected, or never sent, or came after the end, and is there.
    Phantom,
    /// A command was judged twice, differently.
    ChangedVerdict,
    /// A closed room is not sealed, or its row does not say so.
    NotArchived,
    /// The archive holds something else than the log.
    ArchiveDiffers,
    /// Readers saw a room that was not sealed.
    UnsealedVisible,
    /// Records were deleted that were still needed.
    TruncatedEarly,
    /// Bytes that are no record were not set aside as they were.
    QuarantineDiffers,
    /// An offset of the log changed its content.
    LogChanged,
    /// The run did not see every record, so nothing is proved.
    Uncollected,
    /// A frame that no client could read.
    Unreadable,
}

impl Fault {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Swapped => "swapped",
            Self::Gap => "gap",
            Self::StepBack => "step-back",
            Self::Phantom => "phantom",
            Self::ChangedVerdict => "changed-verdict",
            Self::NotArchived => "not-archived",
            Self::ArchiveDiffers => "archive-differs",
            Self::UnsealedVisible => "unsealed-visible",
            Self::TruncatedEarly => "truncated-early",
            Self::QuarantineDiffers => "quarantine-differs",
            Self::LogChanged => "log-changed",
            Self::Uncollected => "uncollected",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub fault: Fault,
    /// What, where, and what was expected.
    pub what: String,
}

/// The outcome of a check. Empty is good.
#[derive(Clone, Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
    counts: BTreeMap<Fault, usize>,
}

impl Report {
    pub(crate) fn find(&mut self, fault: Fault, what: impl Into<String>) {
        let count = self.counts.entry(fault).or_default();
        *count += 1;
        if *count <= FINDINGS_LISTED_MAX {
            self.findings.push(Finding { fault, what: what.into() });
        }
    }

    /// Whether everything fits.
    pub fn is_clean(&self) -> bool {
        self.counts.is_empty()
    }

    /// At most [`FINDINGS_LISTED_MAX`] of each kind.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many of a kind there are.
    pub fn count(&self, fault: Fault) -> usize {
        self.counts.get(&fault).copied().unwrap_or_default()
    }

    /// The kinds that were found.
    pub fn faults(&self) -> Vec<Fault> {
        self.counts.keys().copied().collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return formatter.write_str("no findings");
        }
        for (fault, count) in &self.counts {
            writeln!(formatter, "{}: {count}", fault.name())?;
            for finding in self.findings.iter().filter(|finding| finding.fault == *fault) {
                writeln!(formatter, "  {}", finding.what)?;
            }
            if *count > FINDINGS_LISTED_MAX {
                writeln!(formatter, "  … and {} more", count - FINDINGS_LISTED_MAX)?;
            }
        }
        Ok(())
    }
}
