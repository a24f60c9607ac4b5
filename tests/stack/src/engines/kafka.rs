//! Kafka in one process: broker and controller, no `ZooKeeper`, every topic one replica.

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

/// Kafka, laid out.
pub(super) struct Kafka {
    jars: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Kafka {
    pub(super) async fn lay_out(folder: &Folder, settings: &Settings) -> Result<Self, StackError> {
        let jars = jars("kafka", &step::source(POM)).await?;
        let (port, controller_port) = (free_port()?, free_port()?);
        let properties = properties(folder.path(), port, controller_port, settings);
        fs::write(folder.path().join(PROPERTIES), properties)
            .map_err(StackError::machine("no settings for kafka"))?;
        let kafka = Self { jars, folder: folder.path().to_owned(), port };
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
        format!("kafka://127.0.0.1:{}", self.port)
    }

    fn command(&self) -> Command {
        let mut command = self.java(&[HEAP]);
        command.args(["kafka.Kafka", PROPERTIES]);
        command
    }

    async fn ask(&self) -> Result<(), BoxError> {
        let address = format!("127.0.0.1:{}", self.port);
        tokio::task::spawn_blocking(move || {
            let consumer: BaseConsumer = ClientConfig::new()
                .set("bootstrap.servers", address)
                .set_log_level(RDKafkaLogLevel::Emerg)
                .create()?;
            let metadata = consumer.fetch_metadata(None, ANSWER_WAIT)?;
            if metadata.brokers().is_empty() {
                Err("no broker is registered".into())
            } else {
                Ok(())
            }
        })
        .await?
    }
}

fn properties(folder: &Path, port: u16, controller_port: u16, settings: &Settings) -> String {
    let data = folder.join("data");
    let data = data.display();
    let mut properties = format!(
        "process.roles=broker,controller\n\
         node.id=1\n\
         controller.quorum.voters=1@127.0.0.1:{controller_port}\n\
         controller.listener.names=CONTROLLER\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
         log.dirs={data}\n"
    );
    properties.push_str(SINGLE);
    for property in &settings.kafka_properties {
        properties.push_str(property);
        properties.push('\n');
    }
    properties
}

/// One replica of everything; no wait for group members to gather; a broker that was killed
/// need not wait for its old session to run out before it may register again.
const SINGLE: &str = "\
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
