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
    let mut given = wanted.to_vec();
    given.reverse();
    given.push(quarantined(2, 3, QuarantineReason::Undecodable));
    archive.quarantine(&[]).await?;
    archive.quarantine(&given).await?;
    for limit in [0, 1, 2, 3, 4] {
        let kept = archive.quarantined(1, limit).await?;
        let wanted: Vec<_> = wanted.iter().take(limit).cloned().collect();
        ensure_eq!(kept, wanted, "what is kept");
    }
    ensure_eq!(archive.quarantined(3, 10).await?, [], "an empty partition");
    Ok(())
}

pub(super) async fn repeats(archive: Arc<dyn Archive>) -> Checked {
    let all: Vec<_> =
        (0..450).map(|offset| quarantined(0, offset, QuarantineReason::Undecodable)).collect();
    let (some, _) = all.split_at(300);
    for given in [some, some, &all] {
        archive.quarantine(given).await?;
        ensure_eq!(archive.quarantined(0, 1000).await?, given, "what is kept");
    }
    let first = quarantined(0, 0, QuarantineReason::Undecodable);
    let elsewhere = Quarantined { epoch: "another epoch".to_owned(), ..first };
    archive.quarantine(&[elsewhere]).await?;
    ensure_eq!(archive.quarantined(0, 1000).await?.len(), 451, "of two logs");
    Ok(())
}
