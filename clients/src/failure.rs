//! What can go wrong with a service behind, told apart by what a caller would do about it.

use std::time::Duration;

/// A call that brought no answer. `Display` is for logs; texts for people are the caller's.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The service understood and said no (4xx). Asking again will not help.
    #[error("{service} refused {operation} with status {status}")]
    Refused {
        /// Which service.
        service: &'static str,
        /// Which call.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// The service's own words, where it had any; at most 500 characters.
        message: String,
    },
    /// What was asked for does not exist (404, 410).
    #[error("{service} knows nothing of what {operation} asked for")]
    NotFound {
        /// Which service.
        service: &'static str,
        /// Which call.
        operation: &'static str,
    },
    /// No answer within the deadline. Whether a change was made is unknown.
    #[error("{service} did not answer {operation} in time")]
    TimedOut {
        /// Which service.
        service: &'static str,
        /// Which call.
        operation: &'static str,
    },
    /// The service cannot be reached, is overloaded or broken (5xx, 429), or its circuit is open.
    #[error("{service} is away for {operation}")]
    Away {
        /// Which service.
        service: &'static str,
        /// Which call.
        operation: &'static str,
        /// Seconds after which another try may help, where known.
        retry_after_s: Option<u64>,
        /// The transport's error, without its address; absent where the service itself answered.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The service answered with something that the contract does not allow.
    #[error("{service} answered {operation} against the contract")]
    BadAnswer {
        /// Which service.
        service: &'static str,
        /// Which call.
        operation: &'static str,
        /// What was wrong with it.
        source: AnswerFault,
    },
}

/// What was wrong with an answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerFault {
    /// Longer than the call allows.
    #[error("the body is longer than {bytes_max} bytes")]
    TooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// Not the JSON that was agreed on.
    #[error("the body cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// A status that no call of ours expects, such as a redirect.
    #[error("status {0} was not expected")]
    Status(u16),
    /// A list paged otherwise than asked for.
    #[error("the page is not of the size asked for")]
    PageSize,
    /// A shortener's answer that is no usable address.
    #[error("the short link is not an http address of a sane length")]
    ShortLink,
}

impl Failure {
    /// Name of the service, as in the metrics.
    pub fn service(&self) -> &'static str {
        match self {
            Self::Refused { service, .. }
            | Self::NotFound { service, .. }
            | Self::TimedOut { service, .. }
            | Self::Away { service, .. }
            | Self::BadAnswer { service, .. } => service,
        }
    }

    /// How long to wait before another try, where the service or its circuit said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Away { retry_after_s, .. } => retry_after_s.map(Duration::from_secs),
            _ => None,
        }
    }

    /// The meaning as a stable word: the `outcome` label of the metrics.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::NotFound { .. } => "not_found",
            Self::TimedOut { .. } => "timed_out",
            Self::Away { .. } => "away",
            Self::BadAnswer { .. } => "bad_answer",
        }
    }
}
