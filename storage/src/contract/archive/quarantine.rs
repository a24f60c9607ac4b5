use std::sync::Arc;

use schemas::archive::{QuarantineReason, Quarantined};

use super::super::{Checked, ensure_eq};
use super::EPOCH;
use crate::archive::Archive;

fn quarantined(partition: u32, offset: u64, reason: QuarantineReason) -> Quarantined {
    Quarantined {
        epoch: EPOCH.to_owned(),
        partition,
        offset,
        at_ms: 1_700_000_000_000,
        reason,
        raw: (0..=u8::MAX).collect(),
    }
}

pub(super) async fn keeps(archive: Arc<dyn Archive>) -> Checked {
    let wanted = [
        quarantined(1, 2, QuarantineReason::UnknownRoom),
        quarantined(1, 5, QuarantineReason::Undecodable),
        quarantined(1, 40, QuarantineReason::UnknownRoom),
    ];
    for bytes in wanted.iter().rev() {
        archive.quarantine(bytes).await?;
    }
    archive.quarantine(&quarantined(2, 3, QuarantineReason::Undecodable)).await?;
    for limit in [0, 1, 2, 3, 4] {
        let kept = archive.quarantined(1, limit).await?;
        let wanted: Vec<_> = wanted.iter().take(limit).cloned().collect();
        ensure_eq!(kept, wanted, "what is kept");
    }
    ensure_eq!(archive.quarantined(3, 10).await?, [], "an empty partition");
    Ok(())
}

pub(super) async fn repeats(archive: Arc<dyn Archive>) -> Checked {
    let first = quarantined(0, 1, QuarantineReason::Undecodable);
    for _ in 0..2 {
        archive.quarantine(&first).await?;
    }
    ensure_eq!(archive.quarantined(0, 10).await?, [first], "what is kept");
    Ok(())
}
