use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::timeout;

use super::super::{Checked, ensure_eq};
use crate::rooms::Rooms;
use crate::rooms::whispers::{WHISPER_BYTES_MAX, Whispered};

/// Longest wait for words that are on their way.
const ARRIVES: Duration = Duration::from_secs(10);

pub(super) async fn reach_all(rooms: Arc<dyn Rooms>) -> Checked {
    rooms.whisper("nobody hears this").await?;
    let mut listeners = [rooms.listen().await?, rooms.listen().await?];
    let longest = "ж".repeat(WHISPER_BYTES_MAX / 2);
    for words in ["one", "two", "it's \"three\"", &longest] {
        rooms.whisper(words).await?;
    }
    for listener in &mut listeners {
        for words in ["one", "two", "it's \"three\"", &longest] {
            ensure_eq!(next(listener).await?, Some(words.to_owned()), "the words");
        }
    }
    let mut late = rooms.listen().await?;
    rooms.whisper("four").await?;
    ensure_eq!(next(&mut late).await?, Some("four".to_owned()), "the words since");
    Ok(())
}

async fn next(listener: &mut Whispered) -> Checked<Option<String>> {
    Ok(timeout(ARRIVES, listener.next()).await?)
}
