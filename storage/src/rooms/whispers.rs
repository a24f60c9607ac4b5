//! What the nodes tell each other in passing. It is kept nowhere: whoever does not listen at
//! that moment never hears of it, so nothing may depend on it.

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::RoomsError;

/// Longest whisper, in bytes: Postgres takes less than 8000.
pub const WHISPER_BYTES_MAX: usize = 7999;

/// Whispers that wait for a slow listener; over it the oldest are lost.
const WAITING_MAX: usize = 256;

/// What is whispered, in order. It ends when the line is lost.
pub type Whispered = BoxStream<'static, String>;

/// Words in passing.
#[async_trait]
pub trait Whispers: Send + Sync + 'static {
    /// Tells whoever listens, this process as well; at most [`WHISPER_BYTES_MAX`] bytes.
    async fn whisper(&self, words: &str) -> Result<(), RoomsError>;

    /// All that is whispered from now on.
    async fn listen(&self) -> Result<Whispered, RoomsError>;
}

/// Whispers between those who share it, for stores within one process.
#[derive(Clone)]
pub(crate) struct Within(broadcast::Sender<String>);

impl Default for Within {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING_MAX))
    }
}

impl Within {
    pub(crate) fn whisper(&self, words: String) {
        // Nobody may listen.
        drop(self.0.send(words));
    }

    pub(crate) fn listen(&self) -> Whispered {
        Box::pin(stream::unfold(self.0.subscribe(), async |mut whispers| {
            loop {
                match whispers.recv().await {
                    Ok(words) => return Some((words, whispers)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        }))
    }
}
