//! The rules of `forget` as arguments.

use clap::Args;

use crate::cli::error::CliError;
use crate::retention::{Policy, Within};

/// Which snapshots stay. A snapshot stays if one rule says so.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What stays")]
pub struct RuleArgs {
    /// The newest so many
    #[arg(long, value_name = "N")]
    keep_last: Option<u32>,
    /// The newest of each of the last so many hours that have one
    #[arg(long, value_name = "N")]
    keep_hourly: Option<u32>,
    /// The newest of each of the last so many days that have one
    #[arg(long, value_name = "N")]
    keep_daily: Option<u32>,
    /// The newest of each of the last so many weeks (from Monday) that have one
    #[arg(long, value_name = "N")]
    keep_weekly: Option<u32>,
    /// The newest of each of the last so many months that have one
    #[arg(long, value_name = "N")]
    keep_monthly: Option<u32>,
    /// The newest of each of the last so many years that have one
    #[arg(long, value_name = "N")]
    keep_yearly: Option<u32>,
    /// All that are so much older than the newest at most: 30d, 1y6m, 12h
    #[arg(long, value_name = "DURATION", value_parser = within)]
    keep_within: Option<Within>,
    /// The newest of each hour, as far back as this
    #[arg(long, value_name = "DURATION", value_parser = within)]
    keep_within_hourly: Option<Within>,
    /// The newest of each day, as far back as this
    #[arg(long, value_name = "DURATION", value_parser = within)]
    keep_within_daily: Option<Within>,
    /// The newest of each week, as far back as this
    #[arg(long, value_name = "DURATION", value_parser = within)]
    keep_within_weekly: Option<Within>,
    /// The newest of each month, as far back as this
    #[arg(long, value_name = "DURATION", value_parser = within)]
    keep_within_monthly: Option<Within>,
    /// The newest of each year, as far back as this
    #[arg(long, value_name = "DURATION", value_parser = within)]
    keep_within_yearly: Option<Within>,
    /// All with this tag (repeatable)
    #[arg(long, value_name = "TAG")]
    keep_tag: Vec<String>,
    /// Rules that keep nothing of a group but its newest, such as --keep-tag alone, are meant so
    #[arg(long)]
    allow_empty_groups: bool,
    /// Days, weeks and months in one word, such as 7-4-12 or 7-4
    #[arg(long, value_name = "RULES", conflicts_with_all = ["keep_daily", "keep_weekly", "keep_monthly", "keep_yearly"])]
    preset: Option<String>,
}

fn within(text: &str) -> Result<Within, String> {
    text.parse().map_err(|error: crate::retention::RetentionError| error.to_string())
}

impl RuleArgs {
    /// The policy these arguments describe.
    pub fn policy(&self) -> Result<Policy, CliError> {
        let preset = match &self.preset {
            Some(text) => Policy::preset(text).map_err(|error| CliError::Usage(error.to_string()))?,
            None => Policy::default(),
        };
        Ok(Policy {
            last: self.keep_last.or(preset.last),
            hourly: self.keep_hourly,
            daily: self.keep_daily.or(preset.daily),
            weekly: self.keep_weekly.or(preset.weekly),
            monthly: self.keep_monthly.or(preset.monthly),
            yearly: self.keep_yearly.or(preset.yearly),
            within: self.keep_within,
            within_hourly: self.keep_within_hourly,
            within_daily: self.keep_within_daily,
            within_weekly: self.keep_within_weekly,
            within_monthly: self.keep_within_monthly,
            within_yearly: self.keep_within_yearly,
            tags: self.keep_tag.clone(),
            may_empty_groups: self.allow_empty_groups,
        })
    }
}
