//! Kafka without `ZooKeeper`: one process or several, each of them broker and controller. The
//! topics that it makes by itself have one replica.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _};

use super::{BoxError, Program};
use crate::error::StackError;
use crate::folder::Folder;
use crate::jars::jars;
use crate::ports::free_port;
use crate::stack::Settings;
use crate::step;

const POM: &str = "kafka/pom.xml";
const PROPERTIES: &str = "server.properties";
/// Any will do; it names one cluster.
const CLUSTER: &str = "bW92aWUtdG9nZXRoZXItMQ";
const HEAP: &str = "-Xmx512m";
/// For a program that ends sooner than a better compiler would be done.
const QUICK: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
/// How long one request may take.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// One broker, and what it has to know of all of them.
pub(crate) struct Broker {
    id: usize,
    listens: Listens,
    /// Where clients find them.
    url: String,
    /// Where they find each other.
    voters: String,
    properties: Vec<String>,
}

/// Ports of one broker.
#[derive(Clone, Copy)]
struct Listens {
    clients: u16,
    voters: u16,
}

/// As many brokers as the settings say.
pub(super) fn brokers(settings: &Settings) -> Result<Vec<Broker>, StackError> {
    let listens = |id| Ok((id, Listens { clients: free_port()?, voters: free_port()? }));
    let count = settings.kafka_brokers.get();
    let all: Vec<(usize, Listens)> = (1..=count).map(listens).collect::<Result<_, StackError>>()?;
    let clients = all.iter().map(|(_, listens)| format!("127.0.0.1:{}", listens.clients));
    let url = format!("kafka://{}", clients.collect::<Vec<_>>().join(","));
    let voters = all.iter().map(|(id, listens)| format!("{id}@127.0.0.1:{}", listens.voters));
    let voters = voters.collect::<Vec<_>>().join(",");
    let broker = |(id, listens)| Broker {
        id,
        listens,
        url: url.clone(),
        voters: voters.clone(),
        properties: settings.kafka_properties.clone(),
    };
    Ok(all.into_iter().map(broker).collect())
}

/// A broker, laid out.
pub(super) struct Kafka {
    jars: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Where clients find all of them.
    url: String,
}

impl Kafka {
    pub(super) async fn lay_out(folder: &Folder, broker: Broker) -> Result<Self, StackError> {
        let jars = jars("kafka", &step::source(POM)).await?;
        fs::write(folder.path().join(PROPERTIES), properties(folder.path(), &broker))
            .map_err(StackError::machine("no settings for kafka"))?;
        let (port, url) = (broker.listens.clients, broker.url);
        let kafka = Self { jars, folder: folder.path().to_owned(), port, url };
        let mut format = kafka.java(&QUICK);
        format.args(["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", PROPERTIES]);
        step::run("the format of kafka's folder", format, &folder.log()).await?;
        Ok(kafka)
    }

    fn java(&self, options: &[&str]) -> Command {
        let mut logging = OsString::from("-Dlog4j2.configurationFile=");
        logging.push(step::source("kafka/log4j2.properties"));
        let mut command = Command::new("java");
        command.current_dir(&self.folder).args(options).arg(logging);
        command.arg("-cp").arg(self.jars.join("*"));
        command
    }
}

#[async_trait]
impl Program for Kafka {
    fn port(&self) -> u16 {
        self.port
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn command(&self) -> Command {
        let mut command = self.java(&[HEAP]);
        command.args(["kafka.Kafka", PROPERTIES]);
        command
    }

    async fn ask(&self) -> Result<(), BoxError> {
        let port = self.port;
        let address = format!("127.0.0.1:{port}");
        tokio::task::spawn_blocking(move || {
            let consumer: BaseConsumer = ClientConfig::new()
                .set("bootstrap.servers", address)
                .set_log_level(RDKafkaLogLevel::Emerg)
                .create()?;
            let metadata = consumer.fetch_metadata(None, ANSWER_WAIT)?;
            if metadata.brokers().iter().any(|broker| broker.port() == i32::from(port)) {
                Ok(())
            } else {
                Err("the broker is not registered".into())
            }
        })
        .await?
    }
}

fn properties(folder: &Path, broker: &Broker) -> String {
    let data = folder.join("data");
    let data = data.display();
    let Broker { id, listens: Listens { clients, voters: own }, voters, .. } = broker;
    let mut properties = format!(
        "process.roles=broker,controller\n\
         node.id={id}\n\
         controller.quorum.voters={voters}\n\
         controller.listener.names=CONTROLLER\n\
         listeners=PLAINTEXT://127.0.0.1:{clients},CONTROLLER://127.0.0.1:{own}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{clients}\n\
         listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
         log.dirs={data}\n"
    );
    properties.push_str(USUAL);
    for property in &broker.properties {
        let property = property.replace("{clients}", &clients.to_string());
        properties.push_str(&property.replace("{voters}", &own.to_string()));
        properties.push('\n');
    }
    properties
}

/// One replica of what no topic of ours is in; no wait for group members to gather; a broker
/// that was killed need not wait for its old session to run out before it may register again.
const USUAL: &str = "\
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
delete.topic.enable=true
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=3000
";
