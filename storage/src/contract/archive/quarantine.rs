use std::collections::BTreeSet;
use std::sync::Arc;

use schemas::archive::{QuarantineReason, Quarantined};
use schemas::ids::UserId;
use schemas::record::{Chat, Entry, Record};

use super::super::{Checked, ensure_eq};
use super::{EPOCH, a_room, a_user};
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

pub(super) async fn blanks(archive: Arc<dyn Archive>) -> Checked {
    let (one, other) = (a_user(), a_user());
    let given = of_two(one, other)?;
    archive.quarantine(&given).await?;
    for (people, changed) in [(vec![], 0), (vec![a_user()], 0), (vec![one], 450), (vec![one], 0)] {
        let people = people.into_iter().collect();
        ensure_eq!(archive.erase_in_quarantine(&people).await?, changed, "how many changed");
    }
    let wanted = blanked(&given, &BTreeSet::from([one]))?;
    ensure_eq!(archive.quarantined(0, 1000).await?, wanted, "what is kept");
    archive.quarantine(&given).await?;
    ensure_eq!(archive.quarantined(0, 1000).await?, wanted, "set aside again");
    Ok(())
}

pub(super) async fn comes_first(archive: Arc<dyn Archive>) -> Checked {
    let (one, other) = (a_user(), a_user());
    let given = of_two(one, other)?;
    archive.remember_erasure(one, 1).await?;
    archive.quarantine(&given).await?;
    let wanted = blanked(&given, &BTreeSet::from([one]))?;
    ensure_eq!(archive.quarantined(0, 1000).await?, wanted, "what is kept");
    ensure_eq!(archive.erase_in_quarantine(&BTreeSet::from([one])).await?, 0, "what is left");
    Ok(())
}

/// What two people said, by turns, and bytes that are no record.
fn of_two(one: UserId, other: UserId) -> Checked<Vec<Quarantined>> {
    let mut all = vec![quarantined(0, 900, QuarantineReason::Undecodable)];
    for (offset, user) in (0..900).zip([one, other].into_iter().cycle()) {
        let chat = Chat { text: format!("line {offset}"), reply_to: None, redacted: false };
        let record = Record::of_node(a_room(), Some(user), Entry::Chat(chat));
        let raw = record.encode()?;
        all.push(Quarantined { raw, ..quarantined(0, offset, QuarantineReason::UnknownRoom) });
    }
    Ok(all)
}

/// What must be left of it, in order.
fn blanked(given: &[Quarantined], people: &BTreeSet<UserId>) -> Checked<Vec<Quarantined>> {
    let mut left = vec![];
    for bytes in given {
        left.push(bytes.erased(people)?.unwrap_or_else(|| bytes.clone()));
    }
    left.sort_by_key(|bytes| bytes.offset);
    Ok(left)
}
