//! How the brokers are spoken to, and as whom.

use rdkafka::ClientConfig;
use secrecy::{ExposeSecret, SecretString};

use super::{KafkaUrlError, decode, unknown, wants};

/// Encryption and sign-in.
#[derive(Debug)]
pub(in crate::kafka) struct Security {
    pub(super) protocol: Protocol,
    pub(super) mechanism: &'static str,
    pub(super) credentials: Option<Credentials>,
    /// Setting of the client library, and path.
    pub(super) files: Vec<(&'static str, String)>,
}

/// A user and a password.
#[derive(Debug)]
pub(in crate::kafka) struct Credentials {
    pub(super) user: String,
    pub(super) password: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kafka) enum Protocol {
    Plaintext,
    Ssl,
    SaslPlaintext,
    SaslSsl,
}

impl Security {
    /// Encrypted wherever there is a password to protect.
    pub(super) fn new(credentials: Option<Credentials>) -> Self {
        let protocol = if credentials.is_some() { Protocol::SaslSsl } else { Protocol::Plaintext };
        Self { protocol, mechanism: "PLAIN", credentials, files: Vec::new() }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), KafkaUrlError> {
        match name {
            "security_protocol" => {
                self.protocol = Protocol::parse(value).ok_or_else(|| {
                    wants("security_protocol", "plaintext, ssl, sasl_plaintext or sasl_ssl")
                })?;
            }
            "sasl_mechanism" => {
                const MECHANISMS: [&str; 3] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
                self.mechanism =
                    MECHANISMS.into_iter().find(|known| *known == value).ok_or_else(|| {
                        wants("sasl_mechanism", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
                    })?;
            }
            "ca_location" => self.set_file("ca_location", "ssl.ca.location", value)?,
            "certificate_location" => {
                self.set_file("certificate_location", "ssl.certificate.location", value)?;
            }
            "key_location" => self.set_file("key_location", "ssl.key.location", value)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    fn set_file(
        &mut self,
        name: &'static str,
        setting: &'static str,
        value: &str,
    ) -> Result<(), KafkaUrlError> {
        let path = decode(value).ok_or_else(|| wants(name, "the path of a PEM file"))?;
        self.files.push((setting, path));
        Ok(())
    }

    /// Whether the parts go together.
    pub(super) fn check(&self) -> Result<(), KafkaUrlError> {
        let signs_in = matches!(self.protocol, Protocol::SaslPlaintext | Protocol::SaslSsl);
        if signs_in != self.credentials.is_some() {
            return Err(KafkaUrlError::CredentialsAndProtocol);
        }
        Ok(())
    }

    /// Tells a client.
    pub(in crate::kafka) fn apply(&self, config: &mut ClientConfig) {
        config.set("security.protocol", self.protocol.name());
        if let Some(Credentials { user, password }) = &self.credentials {
            config.set("sasl.mechanism", self.mechanism);
            config.set("sasl.username", user);
            config.set("sasl.password", password.expose_secret());
        }
        for (setting, path) in &self.files {
            config.set(*setting, path);
        }
    }
}

impl Protocol {
    const ALL: [Self; 4] = [Self::Plaintext, Self::Ssl, Self::SaslPlaintext, Self::SaslSsl];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        }
    }
}
