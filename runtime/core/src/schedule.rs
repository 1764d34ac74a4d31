//! Standard five-field cron in UTC.

/// A parsed schedule.
#[derive(Debug, Clone)]
pub struct Schedule {}
