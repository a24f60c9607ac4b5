//! Topics of their own on the brokers that `TEST_LOG_URL` names, deleted with the test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use storage::clock::SystemClock;
use storage::kafka::{KafkaLog, KafkaOpenError};
use storage::log::Log;
use uuid::Uuid;

const NO_BROKERS: &str =
    "TEST_LOG_URL has to name Kafka brokers; start the engines with `make stack`";
/// Longest wait for the brokers to delete.
const DELETE_TIMEOUT: Duration = Duration::from_secs(10);

/// Names topics, and deletes them when dropped.
pub(crate) struct Topics {
    /// `kafka://`, whoever logs in, and the brokers.
    server: String,
    /// What the URL says of the way to them.
    parameters: String,
    named: Mutex<Vec<String>>,
}

/// Parameters that a test sets.
const OWN_PARAMETERS: [&str; 2] = ["partitions", "replication_factor"];

impl Topics {
    pub(crate) fn new() -> Self {
        let url = std::env::var("TEST_LOG_URL").unwrap_or_default();
        let rest = url.strip_prefix("kafka://").ok_or(NO_BROKERS).unwrap();
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = place.split('/').next().unwrap_or_default();
        let is_kept = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            !name.is_empty() && !OWN_PARAMETERS.contains(&name)
        };
        let kept: Vec<&str> = parameters.split('&').filter(is_kept).collect();
        let parameters = kept.join("&");
        Self { server: format!("kafka://{authority}"), parameters, named: Mutex::default() }
    }

    /// A topic that is not there yet.
    pub(crate) fn name(&self) -> String {
        let topic = format!("test-{}", Uuid::now_v7());
        self.named.lock().unwrap().push(topic.clone());
        topic
    }

    /// The URL of a topic, of two partitions if it is created.
    pub(crate) fn url(&self, topic: &str) -> String {
        let Self { server, parameters, .. } = self;
        format!("{server}/{topic}?partitions=2&replication_factor=1&{parameters}")
    }

    /// A log in a new topic.
    pub(crate) async fn make(&self) -> Arc<dyn Log> {
        Arc::new(open(&self.url(&self.name())).await.unwrap())
    }

    /// Settings of a client of these brokers.
    pub(crate) fn client(&self) -> ClientConfig {
        storage::kafka::client_of(&self.url("any")).unwrap()
    }

    pub(crate) fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.client().create().unwrap()
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        let admin = self.admin();
        let topics = std::mem::take(self.named.get_mut().unwrap());
        // A runtime of its own, on a thread where none runs.
        let deleting = std::thread::spawn(move || {
            let names: Vec<&str> = topics.iter().map(String::as_str).collect();
            let options = AdminOptions::new().request_timeout(Some(DELETE_TIMEOUT));
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(admin.delete_topics(&names, &options)).unwrap();
        });
        deleting.join().unwrap();
    }
}

pub(crate) async fn open(url: &str) -> Result<KafkaLog, KafkaOpenError> {
    KafkaLog::open(url, Arc::new(SystemClock)).await
}
