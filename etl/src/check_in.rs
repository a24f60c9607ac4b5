//! Tells Sentry's cron monitoring that a pass began and how it ended. A pass that never ends,
//! or never begins, is told by Sentry itself, which knows the schedule.

use sentry::protocol::{
    Envelope, MonitorCheckIn, MonitorCheckInStatus, MonitorConfig, MonitorSchedule,
};
use uuid::Uuid;

use crate::report::PassReport;
use crate::schedule::Schedule;

/// The monitor's name in Sentry.
pub const MONITOR_SLUG: &str = "movie-together-etl";
/// How late a pass may begin, in minutes.
const MARGIN_MINUTES: u64 = 5;
/// How long a pass may take, in minutes.
const RUNTIME_MINUTES_MAX: u64 = 60;

/// One pass, as the monitor sees it.
pub(crate) struct CheckIn {
    id: Uuid,
    schedule: Option<MonitorSchedule>,
}

impl CheckIn {
    /// Tells that a pass begins. With a schedule the monitor is made or brought up to date.
    pub(crate) fn begin(schedule: Option<&Schedule>) -> Self {
        let schedule =
            schedule.and_then(|schedule| MonitorSchedule::from_crontab(&schedule.crontab()).ok());
        let check_in = Self { id: Uuid::new_v4(), schedule };
        check_in.send(MonitorCheckInStatus::InProgress, None);
        check_in
    }

    /// Tells how the pass ended.
    pub(crate) fn end(self, report: &PassReport) {
        let status = if report.failures_total == 0 {
            MonitorCheckInStatus::Ok
        } else {
            MonitorCheckInStatus::Error
        };
        let duration = std::time::Duration::from_millis(report.duration_ms.unsigned_abs());
        self.send(status, Some(duration.as_secs_f64()));
        if let Some(failure) = report.failures.first() {
            let text = format!("{} failures, the first: {}", report.failures_total, failure.reason);
            sentry::capture_message(&text, sentry::Level::Error);
        }
    }

    /// Tells that the pass could not begin.
    pub(crate) fn fail(self, reason: &str) {
        self.send(MonitorCheckInStatus::Error, None);
        sentry::capture_message(reason, sentry::Level::Error);
    }

    fn send(&self, status: MonitorCheckInStatus, duration_s: Option<f64>) {
        let Some(client) = sentry::Hub::main().client() else {
            return;
        };
        let check_in = MonitorCheckIn {
            check_in_id: self.id,
            monitor_slug: MONITOR_SLUG.to_owned(),
            status,
            environment: client.options().environment.as_deref().map(str::to_owned),
            duration: duration_s,
            monitor_config: self.schedule.clone().map(|schedule| MonitorConfig {
                schedule,
                checkin_margin: Some(MARGIN_MINUTES),
                max_runtime: Some(RUNTIME_MINUTES_MAX),
                timezone: Some("UTC".to_owned()),
                failure_issue_threshold: None,
                recovery_threshold: None,
            }),
        };
        client.send_envelope(Envelope::from(check_in));
    }
}
