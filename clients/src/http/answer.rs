//! From a response to its meaning: the body, or a failure that says what to do about it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use schemas::upstream::UpstreamError;

use super::breaker::Health;
use crate::{AnswerFault, Failure};

/// Longest body of a refusal that is read for its message.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;
/// Longest message taken over from a refusal.
const MESSAGE_CHARS_MAX: usize = 500;
/// Longest wait that is believed when a service asks for one.
const RETRY_AFTER_S_MAX: u64 = 3_600;

/// Who asked what: the two labels that every failure carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
}

/// An attempt that failed.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) failure: Failure,
    /// Whether the same request may fare better a moment later.
    pub(super) passing: bool,
    /// What it tells about the service.
    pub(super) health: Health,
}

impl Fault {
    /// The service answered, and trying again would bring the same answer.
    fn meant(failure: Failure) -> Self {
        Self { failure, passing: false, health: Health::Well }
    }
}

impl Asked {
    /// The body of an answer that says yes.
    pub(super) async fn body(self, answer: Response, bytes_max: usize) -> Result<Bytes, Fault> {
        if !answer.status().is_success() {
            return Err(self.refusal(answer).await);
        }
        match body(answer, bytes_max).await {
            Ok(body) => Ok(body),
            Err(BodyFault::Cut(error)) => Err(self.cut(error)),
            Err(BodyFault::TooLong) => {
                Err(Fault::meant(self.bad_answer(AnswerFault::TooLong { bytes_max })))
            }
        }
    }

    /// The connection could not be made, or broke.
    pub(super) fn cut(self, error: reqwest::Error) -> Fault {
        // The address may hold an invite link, which must not reach a log.
        let failure = self.away(None, Some(error.without_url()));
        Fault { failure, passing: true, health: Health::Unwell }
    }

    /// Nothing came in time. A caller in a hurry says nothing about the service's health.
    pub(super) fn silent(self, was_hurried: bool) -> Fault {
        let Self { service, operation } = self;
        Fault {
            failure: Failure::TimedOut { service, operation },
            passing: true,
            health: if was_hurried { Health::Unknown } else { Health::Unwell },
        }
    }

    /// The circuit is open for another `pause`; nothing was sent.
    pub(super) fn turned_away(self, pause: Duration) -> Fault {
        let pause_s = u64::from(pause.subsec_nanos() > 0) + pause.as_secs();
        Fault { failure: self.away(Some(pause_s), None), passing: false, health: Health::Unknown }
    }

    pub(super) fn bad_answer(self, source: AnswerFault) -> Failure {
        let Self { service, operation } = self;
        Failure::BadAnswer { service, operation, source }
    }

    pub(super) fn away(
        self,
        retry_after_s: Option<u64>,
        source: Option<reqwest::Error>,
    ) -> Failure {
        let Self { service, operation } = self;
        Failure::Away { service, operation, retry_after_s, source }
    }

    /// Gives an answer that says no its meaning.
    async fn refusal(self, answer: Response) -> Fault {
        let Self { service, operation } = self;
        let status = answer.status();
        let retry_after_s = retry_after_s(answer.headers());
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Fault::meant(Failure::NotFound { service, operation })
            }
            StatusCode::TOO_MANY_REQUESTS => Fault::meant(self.away(retry_after_s, None)),
            status if status.is_client_error() => {
                let message = message(answer).await;
                let status = status.as_u16();
                Fault::meant(Failure::Refused { service, operation, status, message })
            }
            status if status.is_server_error() => Fault {
                failure: self.away(retry_after_s, None),
                passing: matches!(
                    status,
                    StatusCode::BAD_GATEWAY
                        | StatusCode::SERVICE_UNAVAILABLE
                        | StatusCode::GATEWAY_TIMEOUT
                ),
                health: Health::Unwell,
            },
            status => Fault::meant(self.bad_answer(AnswerFault::Status(status.as_u16()))),
        }
    }
}

enum BodyFault {
    Cut(reqwest::Error),
    TooLong,
}

/// Reads piece by piece and stops at the limit, whatever length was announced.
async fn body(mut answer: Response, bytes_max: usize) -> Result<Bytes, BodyFault> {
    let announced = answer.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |bytes| bytes > bytes_max) {
        return Err(BodyFault::TooLong);
    }
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(BodyFault::Cut)? {
        if body.len() + piece.len() > bytes_max {
            return Err(BodyFault::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// The service's own words; empty where it had none that can be read.
async fn message(answer: Response) -> String {
    let Ok(body) = body(answer, REFUSAL_BYTES_MAX).await else {
        return String::new();
    };
    let words = serde_json::from_slice::<UpstreamError>(&body)
        .map(|error| error.errors.join("; "))
        .unwrap_or_default();
    words.chars().take(MESSAGE_CHARS_MAX).collect()
}

/// Seconds, or an HTTP date, which is held against the answer's own date: clocks may differ.
fn retry_after_s(headers: &HeaderMap) -> Option<u64> {
    let text = |name| headers.get(name)?.to_str().ok();
    let asked = text(RETRY_AFTER)?;
    let seconds = if let Ok(seconds) = asked.parse() {
        seconds
    } else {
        let until = httpdate::parse_http_date(asked).ok()?;
        let now = httpdate::parse_http_date(text(DATE)?).ok()?;
        until.duration_since(now).unwrap_or_default().as_secs()
    };
    Some(seconds.min(RETRY_AFTER_S_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs.map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        let asked = |text| headers(&[now.clone(), (RETRY_AFTER, text)]);
        assert_eq!(retry_after_s(&asked("7")), Some(7));
        assert_eq!(retry_after_s(&asked("Sun, 06 Nov 1994 08:49:40 GMT")), Some(3));
        assert_eq!(retry_after_s(&asked("Sun, 06 Nov 1994 08:49:30 GMT")), Some(0));
        assert_eq!(retry_after_s(&asked("soon")), None);
        assert_eq!(retry_after_s(&headers(&[now])), None);
    }

    #[test]
    fn retry_after_is_believed_up_to_its_limit() {
        let asked = |text| retry_after_s(&headers(&[(RETRY_AFTER, text)]));
        assert_eq!(asked("3600"), Some(RETRY_AFTER_S_MAX));
        assert_eq!(asked("3601"), Some(RETRY_AFTER_S_MAX));
    }
}
