//! From bytes as they happen to arrive to messages.

use std::io::Cursor;

use schemas::limits::FRAME_BYTES_MAX;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::Incoming;

/// Somewhat above [`FRAME_BYTES_MAX`], so that a frame over it is answered and not cut off.
const MESSAGE_BYTES_MAX: usize = 4 * FRAME_BYTES_MAX;
/// Largest payload of a ping, a pong and a close (RFC 6455, 5.5).
const CONTROL_BYTES_MAX: usize = 125;

/// What has arrived and is not read yet.
#[derive(Default)]
pub(super) struct Reading {
    bytes: Vec<u8>,
    /// A message that comes in parts, as far as it is here.
    begun: Option<Vec<u8>>,
    /// Something unfit was told: whatever comes after it is dropped unread.
    is_over: bool,
}

impl Reading {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if !self.is_over {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The next message, if it is whole. What is unfit is told once and is the last.
    pub(super) fn next_message(&mut self) -> Option<Incoming> {
        self.try_next_message().unwrap_or_else(|Unfit| {
            *self = Self { is_over: true, ..Self::default() };
            Some(Incoming::Unfit)
        })
    }

    fn try_next_message(&mut self) -> Result<Option<Incoming>, Unfit> {
        while let Some((header, payload)) = self.next_frame()? {
            if let Some(message) = self.take(&header, payload)? {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// The next frame, unmasked, if it is whole.
    fn next_frame(&mut self) -> Result<Option<(FrameHeader, Vec<u8>)>, Unfit> {
        let mut cursor = Cursor::new(self.bytes.as_slice());
        let Some((header, length)) = FrameHeader::parse(&mut cursor).ok().ok_or(Unfit)? else {
            return Ok(None);
        };
        let start = usize::try_from(cursor.position()).ok().ok_or(Unfit)?;
        let length = usize::try_from(length).ok().ok_or(Unfit)?;
        let mask = header.mask.ok_or(Unfit)?;
        if header.rsv1 || header.rsv2 || header.rsv3 || length > self.length_max(&header) {
            return Err(Unfit);
        }
        let end = start + length;
        let Some(payload) = self.bytes.get(start..end) else { return Ok(None) };
        let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        let payload = payload.collect();
        self.bytes.drain(..end);
        if self.bytes.is_empty() {
            // A quiet socket keeps no buffer.
            self.bytes = Vec::new();
        }
        Ok(Some((header, payload)))
    }

    fn length_max(&self, header: &FrameHeader) -> usize {
        match header.opcode {
            OpCode::Control(_) => CONTROL_BYTES_MAX,
            OpCode::Data(_) => MESSAGE_BYTES_MAX - self.begun.as_ref().map_or(0, Vec::len),
        }
    }

    /// What a frame completes.
    fn take(&mut self, header: &FrameHeader, payload: Vec<u8>) -> Result<Option<Incoming>, Unfit> {
        let text = match (header.opcode, self.begun.take()) {
            (OpCode::Control(control), begun) => {
                self.begun = begun;
                return match control {
                    Control::Ping if header.is_final => Ok(Some(Incoming::Ping(payload))),
                    Control::Pong if header.is_final => Ok(Some(Incoming::Pong(payload))),
                    Control::Close if header.is_final => Ok(Some(Incoming::Close)),
                    _ => Err(Unfit),
                };
            }
            (OpCode::Data(Data::Text), None) => payload,
            (OpCode::Data(Data::Continue), Some(begun)) => [begun, payload].concat(),
            (OpCode::Data(_), _) => return Err(Unfit),
        };
        if header.is_final {
            Ok(Some(Incoming::Text(String::from_utf8(text).ok().ok_or(Unfit)?)))
        } else {
            self.begun = Some(text);
            Ok(None)
        }
    }

    #[cfg(test)]
    pub(super) fn kept_bytes(&self) -> usize {
        self.bytes.capacity() + self.begun.as_ref().map_or(0, Vec::capacity)
    }
}

/// Nothing that a client may send.
struct Unfit;
