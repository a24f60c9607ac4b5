//! Carries bytes one way: in order, and as late, as slowly or as little as the line says.

use std::io;
use std::time::Duration;

use rand::RngExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::Line;

/// Most bytes read at a time.
const CHUNK_BYTES: usize = 8 * 1024;
/// Most chunks on their way; more are not read.
const CHUNKS_MAX: usize = 64;

/// Bytes and when they may arrive.
struct Chunk {
    due: Instant,
    bytes: Vec<u8>,
}

/// Ends when the reader has ended and everything is written.
pub(super) async fn pump(
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    line: watch::Receiver<Line>,
) -> io::Result<()> {
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let reading = read(reader, sender, line.clone());
    let writing = write(writer, receiver, line);
    tokio::try_join!(reading, writing)?;
    Ok(())
}

async fn read(
    mut reader: impl AsyncRead + Unpin,
    sender: mpsc::Sender<Chunk>,
    mut line: watch::Receiver<Line>,
) -> io::Result<()> {
    let mut last_due = Instant::now();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        flows(&mut line).await?;
        let length = tokio::select! {
            length = reader.read(&mut buffer) => length?,
            // It may just have been stalled.
            _ = line.changed() => continue,
        };
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        let due = Instant::now() + delay(*line.borrow());
        last_due = last_due.max(due);
        let chunk = Chunk { due: last_due, bytes: bytes.to_vec() };
        sender.send(chunk).await.map_err(|_closed| io::ErrorKind::BrokenPipe)?;
    }
}

async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut receiver: mpsc::Receiver<Chunk>,
    mut line: watch::Receiver<Line>,
) -> io::Result<()> {
    while let Some(chunk) = receiver.recv().await {
        sleep_until(chunk.due).await;
        flows(&mut line).await?;
        writer.write_all(&chunk.bytes).await?;
        let bytes_per_second = line.borrow().bytes_per_second;
        if let Some(bytes_per_second) = bytes_per_second {
            let length = u32::try_from(chunk.bytes.len()).unwrap_or(u32::MAX);
            sleep(Duration::from_secs(1) * length / bytes_per_second.get()).await;
        }
    }
    writer.shutdown().await
}

/// Waits while the line stands still.
async fn flows(line: &mut watch::Receiver<Line>) -> io::Result<()> {
    let flowing = line.wait_for(|line| !line.is_stalled).await;
    flowing.map(drop).map_err(|_gone| io::ErrorKind::ConnectionReset.into())
}

fn delay(line: Line) -> Duration {
    if line.jitter.is_zero() {
        return line.delay;
    }
    let earliest = line.delay.saturating_sub(line.jitter);
    rand::rng().random_range(earliest..=line.delay + line.jitter)
}
