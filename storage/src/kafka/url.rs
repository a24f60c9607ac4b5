//! `LOG_URL` of a Kafka log:
//! `kafka://[user:password@]host:port[,host:port]/topic?parameters`.
//!
//! | parameter | default |
//! |---|---|
//! | `partitions` | 32; for a topic that is created |
//! | `replication_factor` | the brokers' own; for a topic that is created |
//! | `min_insync_replicas` | the brokers' own; for a topic that is created |
//! | `security_protocol` | `plaintext`, with a user `sasl_ssl`; or `ssl`, `sasl_plaintext` |
//! | `sasl_mechanism` | `PLAIN`; or `SCRAM-SHA-256`, `SCRAM-SHA-512` |
//! | `ca_location`, `certificate_location`, `key_location` | paths of PEM files; the system's authorities, no certificate |
//!
//! User, password and values are percent-encoded. No error shows the URL, which holds the
//! password. To add a parameter: a field, and an arm in [`KafkaUrl::set`].

mod security;

use std::net::Ipv6Addr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use self::security::{Credentials, Security};

/// The topic, unless the URL names another.
const TOPIC: &str = "watch_together";
/// Partitions of a topic that is created, unless the URL says otherwise.
const PARTITIONS: i32 = 32;
/// Most partitions that a topic may be created with; brokers grow slow with thousands.
const PARTITIONS_MAX: i32 = 4096;
/// Most copies that may be asked for.
const REPLICATION_FACTOR_MAX: i32 = 15;
/// Longest name of a topic, in characters; the brokers' own limit.
const TOPIC_CHARS_MAX: usize = 249;
/// Most brokers that may be listed; the others are learnt from any one of them.
const BROKERS_MAX: usize = 32;
/// As much of an unknown parameter's name as an error repeats, in characters.
const NAME_CHARS_MAX: usize = 40;

const PARAMETERS: &str = "partitions, replication_factor, min_insync_replicas, \
    security_protocol, sasl_mechanism, ca_location, certificate_location, key_location";

/// What a URL asks for.
#[derive(Debug)]
pub(super) struct KafkaUrl {
    /// `host:port`, divided by commas.
    pub(super) brokers: String,
    pub(super) topic: String,
    pub(super) creation: Creation,
    pub(super) security: Security,
}

/// How a topic that is absent is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Creation {
    pub(super) partitions: i32,
    /// None leaves it to the brokers.
    pub(super) replication_factor: Option<i32>,
    /// None leaves it to the brokers.
    pub(super) min_insync_replicas: Option<i32>,
}

/// What is wrong with a URL.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KafkaUrlError {
    /// It does not begin with `kafka://`.
    #[error("a URL is wanted, such as kafka://host:9092/watch_together")]
    Scheme,
    /// The brokers cannot be read.
    #[error("one to {BROKERS_MAX} brokers are wanted as host:port, divided by commas")]
    Brokers,
    /// The part before the `@` cannot be read.
    #[error("user:password are wanted before the @, percent-encoded")]
    Credentials,
    /// No topic can be called that.
    #[error("a topic has a name of 1 to {TOPIC_CHARS_MAX} letters, digits, `.`, `_` and `-`")]
    Topic,
    /// No parameter is called that.
    #[error("the parameter `{name}` is not known; known are: {PARAMETERS}")]
    UnknownParameter {
        /// What it is called.
        name: String,
    },
    /// A parameter stands there twice.
    #[error("the parameter `{name}` is given twice")]
    RepeatedParameter {
        /// The parameter.
        name: String,
    },
    /// A value cannot be used.
    #[error("the parameter `{name}` wants {wanted}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What would do.
        wanted: &'static str,
    },
    /// User and protocol do not go together.
    #[error(
        "a user needs security_protocol=sasl_ssl or sasl_plaintext, and those need a user \
         and a password"
    )]
    CredentialsAndProtocol,
}

impl KafkaUrl {
    pub(super) fn parse(url: &str) -> Result<Self, KafkaUrlError> {
        let rest = url.strip_prefix("kafka://").ok_or(KafkaUrlError::Scheme)?;
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, topic) = place.split_once('/').unwrap_or((place, ""));
        let (credentials, brokers) = match authority.rsplit_once('@') {
            Some((credentials, brokers)) => (Some(parse_credentials(credentials)?), brokers),
            None => (None, authority),
        };
        let mut parsed = Self {
            brokers: check_brokers(brokers)?.to_owned(),
            topic: check_topic(if topic.is_empty() { TOPIC } else { topic })?.to_owned(),
            creation: Creation {
                partitions: PARTITIONS,
                replication_factor: None,
                min_insync_replicas: None,
            },
            security: Security::new(credentials),
        };
        parsed.set_all(parameters)?;
        parsed.security.check()?;
        Ok(parsed)
    }

    fn set_all(&mut self, parameters: &str) -> Result<(), KafkaUrlError> {
        let mut seen = Vec::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if seen.contains(&name) {
                return Err(KafkaUrlError::RepeatedParameter { name: name.to_owned() });
            }
            self.set(name, value)?;
            seen.push(name);
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), KafkaUrlError> {
        let creation = &mut self.creation;
        match name {
            "partitions" => {
                creation.partitions = number(value, PARTITIONS_MAX)
                    .ok_or_else(|| wants("partitions", "a number from 1 to 4096"))?;
            }
            "replication_factor" => {
                let factor = number(value, REPLICATION_FACTOR_MAX)
                    .ok_or_else(|| wants("replication_factor", "a number from 1 to 15"))?;
                creation.replication_factor = Some(factor);
            }
            "min_insync_replicas" => {
                let least = number(value, REPLICATION_FACTOR_MAX)
                    .ok_or_else(|| wants("min_insync_replicas", "a number from 1 to 15"))?;
                creation.min_insync_replicas = Some(least);
            }
            _ => return self.security.set(name, value),
        }
        Ok(())
    }
}

fn wants(name: &'static str, wanted: &'static str) -> KafkaUrlError {
    KafkaUrlError::Parameter { name, wanted }
}

fn unknown(name: &str) -> KafkaUrlError {
    KafkaUrlError::UnknownParameter { name: name.chars().take(NAME_CHARS_MAX).collect() }
}

fn number(value: &str, most: i32) -> Option<i32> {
    value.parse().ok().filter(|number| (1..=most).contains(number))
}

/// Percent-decoded text without control characters.
fn decode(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    (!text.is_empty() && !text.contains(char::is_control)).then(|| text.into_owned())
}

fn parse_credentials(text: &str) -> Result<Credentials, KafkaUrlError> {
    let (user, password) = text.split_once(':').ok_or(KafkaUrlError::Credentials)?;
    let user = decode(user).ok_or(KafkaUrlError::Credentials)?;
    let password = decode(password).ok_or(KafkaUrlError::Credentials)?;
    Ok(Credentials { user, password: SecretString::from(password) })
}

fn check_brokers(brokers: &str) -> Result<&str, KafkaUrlError> {
    let is_right = brokers.split(',').count() <= BROKERS_MAX && brokers.split(',').all(is_broker);
    if is_right { Ok(brokers) } else { Err(KafkaUrlError::Brokers) }
}

fn is_broker(broker: &str) -> bool {
    let Some((host, port)) = broker.rsplit_once(':') else { return false };
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = if let Some(address) = in_brackets {
        address.parse::<Ipv6Addr>().is_ok()
    } else {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        !host.is_empty() && host.chars().all(fits)
    };
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn check_topic(topic: &str) -> Result<&str, KafkaUrlError> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let is_right = (1..=TOPIC_CHARS_MAX).contains(&topic.len())
        && topic.chars().all(fits)
        && !matches!(topic, "." | "..");
    if is_right { Ok(topic) } else { Err(KafkaUrlError::Topic) }
}

#[cfg(test)]
mod tests;
