use super::super::settings::BATCH_BYTES_MAX;
use super::*;

/// A producer may exceed its batch by one record.
const MESSAGE_BYTES_MIN: usize = 2 * BATCH_BYTES_MAX;

fn right() -> Config {
    SETTINGS.iter().map(|setting| (setting.name.to_owned(), setting.value.to_owned())).collect()
}

fn wrong(name: &str, value: &str) -> Vec<String> {
    let mut config = right();
    config.insert(name.to_owned(), value.to_owned());
    match check("topic", &config) {
        Ok(()) => Vec::new(),
        Err(KafkaOpenError::Unfit { wrong, .. }) => wrong.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_is_created_is_right() {
    assert!(check("topic", &right()).is_ok());
    let size = SETTINGS.iter().find(|setting| setting.name == "max.message.bytes").unwrap();
    assert_eq!(size.value, MESSAGE_BYTES_MIN.to_string());
}

#[test]
fn each_vital_setting_is_checked() {
    let least = MESSAGE_BYTES_MIN - 1;
    let faults = [
        ("cleanup.policy", "compact", "cleanup.policy is compact, wanted is delete".to_owned()),
        (
            "cleanup.policy",
            "compact,delete",
            "cleanup.policy is compact,delete, wanted is delete".to_owned(),
        ),
        (
            "message.timestamp.type",
            "CreateTime",
            "message.timestamp.type is CreateTime, wanted is LogAppendTime".to_owned(),
        ),
        (
            "retention.ms",
            "604799999",
            "retention.ms is 604799999, wanted is 604800000 or more".to_owned(),
        ),
        ("retention.bytes", "1000000", "retention.bytes is 1000000, wanted is -1".to_owned()),
        (
            "unclean.leader.election.enable",
            "true",
            "unclean.leader.election.enable is true, wanted is false".to_owned(),
        ),
        (
            "max.message.bytes",
            &least.to_string(),
            format!("max.message.bytes is {least}, wanted is {MESSAGE_BYTES_MIN} or more"),
        ),
    ];
    for (name, value, wanted) in faults {
        assert_eq!(wrong(name, value), [wanted]);
    }
}

#[test]
fn more_than_wanted_is_right() {
    for (name, value) in
        [("retention.ms", "-1"), ("retention.ms", "604800001"), ("max.message.bytes", "1048588")]
    {
        assert_eq!(wrong(name, value), [""; 0], "{name}");
    }
}

#[test]
fn what_only_frees_the_disk_late_is_no_fault() {
    assert_eq!(wrong("segment.ms", "604800000"), [""; 0]);
    assert_eq!(wrong("segment.bytes", "1073741824"), [""; 0]);
}

#[test]
fn every_fault_is_listed() {
    let error = check("topic", &Config::new()).unwrap_err().to_string();
    for setting in SETTINGS.iter().filter(|setting| setting.is_vital) {
        assert!(error.contains(&format!("{} is unknown", setting.name)), "{error}");
    }
}
