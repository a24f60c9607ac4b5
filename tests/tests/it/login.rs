//! Brokers that want a user, over TLS with a certificate that no authority of the system knows.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use stack::{Engine, Settings, Stack, free_port};
use storage::clock::SystemClock;
use storage::contract;
use storage::kafka::{KafkaLog, KafkaOpenError};
use storage::log::Log;
use tempfile::TempDir;
use uuid::Uuid;

const STORE_PASSWORD: &str = "of the store";

/// A broker with a second door, for users.
struct Guarded {
    _stack: Stack,
    _certificates: TempDir,
    port: u16,
    /// What the certificate is proven by.
    authority: String,
}

impl Guarded {
    async fn start() -> Self {
        let certificates = tempfile::tempdir().unwrap();
        let (store, authority) = certify(certificates.path());
        let port = free_port().unwrap();
        let kafka_properties = vec![
            format!(
                "listeners=PLAINTEXT://127.0.0.1:{{clients}},CONTROLLER://127.0.0.1:{{voters}},\
                 USERS://127.0.0.1:{port}"
            ),
            format!(
                "advertised.listeners=PLAINTEXT://127.0.0.1:{{clients}},USERS://127.0.0.1:{port}"
            ),
            "listener.security.protocol.map=\
             PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,USERS:SASL_SSL"
                .to_owned(),
            "sasl.enabled.mechanisms=PLAIN".to_owned(),
            "listener.name.users.plain.sasl.jaas.config=\
             org.apache.kafka.common.security.plain.PlainLoginModule required \
             user_node=\"se:cret@1\";"
                .to_owned(),
            "ssl.keystore.type=PKCS12".to_owned(),
            format!("ssl.keystore.location={store}"),
            format!("ssl.keystore.password={STORE_PASSWORD}"),
        ];
        let settings = Settings { kafka_properties, ..Settings::default() };
        let stack = Stack::start_with(&[Engine::Kafka], &settings).await.unwrap();
        Self { _stack: stack, _certificates: certificates, port, authority }
    }

    /// The log in a new topic.
    async fn open(&self, password: &str, authority: &str) -> Result<KafkaLog, KafkaOpenError> {
        let (port, topic) = (self.port, Uuid::now_v7());
        let url =
            format!("kafka://node:{password}@127.0.0.1:{port}/{topic}?partitions=2{authority}");
        KafkaLog::open(&url, Arc::new(SystemClock)).await
    }

    /// Why it is not opened.
    async fn refusal(&self, password: &str, authority: &str) -> String {
        let error = self.open(password, authority).await.unwrap_err();
        error.source().unwrap().to_string()
    }
}

/// Paths of a store with key and certificate, and of the certificate alone.
fn certify(folder: &Path) -> (String, String) {
    let (store, certificate) = (folder.join("store.p12"), folder.join("certificate.pem"));
    let (store, certificate) = (store.to_str().unwrap(), certificate.to_str().unwrap());
    let keytool = |arguments: &[&str]| {
        let mut keytool = Command::new("keytool");
        keytool.args(arguments).args(["-keystore", store, "-storepass", STORE_PASSWORD]);
        let output = keytool.args(["-storetype", "PKCS12", "-alias", "broker"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let names = ["-dname", "CN=broker", "-ext", "SAN=IP:127.0.0.1", "-ext", "bc=ca:true"];
    keytool(&[&["-genkeypair", "-keyalg", "EC"], names.as_slice()].concat());
    keytool(&["-exportcert", "-rfc", "-file", certificate]);
    (store.to_owned(), certificate.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_want_a_user_keep_the_contract_of_the_log() {
    let guarded = Guarded::start().await;
    let authority = format!("&ca_location={}", guarded.authority);
    let make = async || {
        let log = guarded.open("se%3Acret%401", &authority).await.unwrap();
        Arc::new(log) as Arc<dyn Log>
    };
    contract::log::check(make).await.unwrap();

    let refusal = guarded.refusal("another", &authority).await;
    assert!(refusal.contains("Authentication failed"), "{refusal}");
    assert!(!refusal.contains("another"), "{refusal}");
    let refusal = guarded.refusal("se%3Acret%401", "").await;
    assert!(refusal.contains("certificate verify failed"), "{refusal}");
}
