//! The fingerprint: what must be the same for two runs to be comparable.

use std::fs;

use serde::Serialize;
use serde_json::Value;

use crate::{
    plan::{Model, Plan},
    report,
};

/// What a run was and what it ran on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Fingerprint {
    pub schema: &'static str,
    pub preset: &'static str,
    pub seed: u64,
    pub users: usize,
    pub hold_s: f64,
    pub ramp_s: f64,
    pub model: Model,
    /// How long users think, as a factor of 1 to 3 s.
    pub think: f64,
    /// How long the provider takes, in its own words.
    pub provider: &'static str,
    pub machine: Machine,
}

/// What the run happened on; nothing that names it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the words say it")]
pub struct Machine {
    pub os: &'static str,
    pub arch: &'static str,
    pub cpus: usize,
    pub cpu: String,
    pub harness: &'static str,
    pub build: &'static str,
}

impl Fingerprint {
    /// Of a run that is planned; only users of the judged server count.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        Self {
            schema: report::SCHEMA,
            preset: plan.preset.name,
            seed: plan.seed,
            users: plan.users_of_main(),
            hold_s: plan.hold.as_secs_f64(),
            ramp_s: plan.ramp.as_secs_f64(),
            model: plan.model,
            think: plan.think_scale,
            provider: plan.latency.unwrap_or("usual"),
            machine: Machine::here(),
        }
    }

    /// In what another one differs, each in words.
    #[must_use]
    pub fn differences(&self, other: &Value) -> Vec<String> {
        let Ok(Value::Object(ours)) = serde_json::to_value(self) else { return vec!["no fingerprint".to_owned()] };
        let mut differences = Vec::new();
        for (name, ours) in &ours {
            let theirs = other.get(name).unwrap_or(&Value::Null);
            if ours != theirs {
                differences.push(format!("{name} is {ours} now and was {theirs}"));
            }
        }
        differences
    }
}

impl Machine {
    /// The machine that this runs on.
    #[must_use]
    pub fn here() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu =
            info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map(|(_, name)| name.trim());
        Self {
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            cpus: std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get),
            cpu: cpu.unwrap_or("unknown").to_owned(),
            harness: env!("CARGO_PKG_VERSION"),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::preset::PRESETS;

    #[test]
    fn a_run_is_like_itself_and_says_in_what_it_differs() {
        let plan = Plan::of(&PRESETS[0], 1);
        let fingerprint = Fingerprint::of(&plan);
        let mut other = serde_json::to_value(&fingerprint).unwrap();
        assert_eq!(fingerprint.differences(&other), Vec::<String>::new());

        other["seed"] = json!(2);
        other["machine"]["cpus"] = json!(1_000);

        let differences = fingerprint.differences(&other);
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert!(differences.contains(&"seed is 1 now and was 2".to_owned()), "{differences:?}");
        assert_eq!(fingerprint.differences(&Value::Null).len(), 10);
    }
}
