//! Messages as they go over the wire.

use std::{io, iter};

use bytes::Bytes;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::Frame as WireFrame;
#[cfg(test)]
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};

/// A message with its header. A server masks nothing, so the same bytes serve everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame(Bytes);

impl Frame {
    /// A text.
    pub(crate) fn text(text: impl Into<Bytes>) -> io::Result<Self> {
        Self::of(WireFrame::message(text, OpCode::Data(Data::Text), true))
    }

    /// Asks for a pong.
    pub(crate) fn ping(payload: Vec<u8>) -> io::Result<Self> {
        Self::of(WireFrame::ping(payload))
    }

    /// Answers a ping.
    pub(crate) fn pong(payload: Vec<u8>) -> io::Result<Self> {
        Self::of(WireFrame::pong(payload))
    }

    /// The goodbye.
    pub(crate) fn close(code: u16, reason: &'static str) -> io::Result<Self> {
        Self::of(WireFrame::close(Some(CloseFrame { code: code.into(), reason: reason.into() })))
    }

    /// The bytes to send.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// What a client makes of it.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (OpCode, Bytes) {
        let mut cursor = io::Cursor::new(&self.0);
        let (header, _) = FrameHeader::parse(&mut cursor).unwrap().unwrap();
        (header.opcode, self.0.slice(usize::try_from(cursor.position()).unwrap()..))
    }

    fn of(frame: WireFrame) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(frame.len());
        frame.format(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(bytes.into()))
    }
}

/// Frames one after the other, behind what is left of others.
pub(super) fn joined(rest: &Bytes, frames: &[Frame]) -> Bytes {
    let all = || iter::once(rest).chain(frames.iter().map(Frame::bytes));
    let mut bytes = Vec::with_capacity(all().map(Bytes::len).sum());
    for part in all() {
        bytes.extend_from_slice(part);
    }
    bytes.into()
}
