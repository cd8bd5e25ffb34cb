//! The command line, and what it means.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use braincase_core::{Clock, SystemClock};
use clap::{Parser, ValueEnum};

use crate::{
    baseline::Baseline,
    capacity::Slo,
    plan::{Comparison, Lane, Model, Plan, Strictness},
    preset::{self, PRESETS},
    run::Stage,
    target::{self, Programs, Target},
    validity::Limits,
};

/// As many users as are tried if nothing is said; the kernel has about so many ports and descriptors for them.
const MOST_USERS: usize = 1_000;

/// A provider that stalls is given up only after a while, and then the image is still looked at without it.
const LATE_FACTS_DESPITE_FAULTS: Duration = Duration::from_secs(100);

/// Loads a Braincase server, audits what it stored, and gives a verdict.
///
/// Ends with 0 pass, 1 target failed, 2 usage or set-up error, 3 invalid run, 4 inconclusive (only with --strict),
/// 5 correctness violated.
#[derive(Debug, Parser)]
#[command(name = "braincase-stress", version)]
pub struct Arguments {
    /// smoke, phase4_target, high_load, image_stress, soak or capacity.
    #[arg(default_value = "smoke")]
    pub preset: String,
    /// Users at once, instead of the preset's; with capacity the most that are tried [default there: 1000].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub users: Option<u16>,
    /// Seconds with all users, instead of the preset's.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub duration: Option<u32>,
    /// Seconds until all users are there, instead of the preset's.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=3_600))]
    pub ramp: Option<u32>,
    /// Decides every choice and every word.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A running server, instead of one that is started for the run.
    #[arg(long)]
    pub url: Option<String>,
    /// Says that a server that is not on this machine may be loaded.
    #[arg(long)]
    pub i_own_this: bool,
    /// Where reports and logs go [default: target/stress/PRESET].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Loads a second server beside the first and compares the two.
    #[arg(long, conflicts_with = "url")]
    pub compare: Option<Compare>,
    /// Users do not think and the provider answers at once: what the server itself can do.
    #[arg(long, conflicts_with = "url")]
    pub instant: bool,
    /// Turns arrive at random, so many a second (also as 5/s), whether users are free or not; times count from when they
    /// were due.
    #[arg(long, value_name = "RATE", value_parser = rate, conflicts_with = "instant")]
    pub arrivals: Option<f64>,
    /// A program of the server that is loaded beside ours, or the report.json of an earlier run; fails when ours is surely
    /// slower by more than 5 %.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "url"])]
    pub baseline: Option<PathBuf>,
    /// What users may expect at the capacity that is looked for [default: p95<3s,errors<1%].
    #[arg(long, value_name = "LIMITS")]
    pub slo: Option<Slo>,
    /// Fails when the run is too small to show what it should.
    #[arg(long)]
    pub strict: bool,
    /// Kills the server in the middle of the load and starts it again: nothing that was acknowledged may be missing.
    #[arg(long, conflicts_with_all = ["url", "compare"])]
    pub kill: bool,
    /// What the provider does wrong, as in 429:2%,500:1%,stall:0.5%,garbage:0.5%; turns that meet it are counted apart.
    #[arg(long, value_name = "SPEC", conflicts_with = "url")]
    pub faults: Option<String>,
    /// The server to start [default: `braincase` beside this program].
    #[arg(long, value_name = "PATH")]
    pub server_bin: Option<PathBuf>,
    /// The provider to start [default: `braincase-sim` beside this program].
    #[arg(long, value_name = "PATH")]
    pub sim_bin: Option<PathBuf>,
    /// Think time as a factor, for tests of the harness.
    #[arg(long, hide = true, default_value_t = 1.0)]
    pub think_scale: f64,
    /// Loosens everything that takes time or a quiet machine, for tests of the harness.
    #[arg(long, hide = true)]
    pub hurry: bool,
    /// Asks for no quiet machine, for tests that run beside others: the timers of the harness may be late.
    #[arg(long, hide = true)]
    pub busy: bool,
    /// Lets visits of this number panic, for tests of the harness.
    #[arg(long, hide = true)]
    pub panic_at_visit: Option<u32>,
}

/// What the server is compared with.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Compare {
    /// The same server with `--image-mode blocking`.
    Blocking,
}

impl Arguments {
    /// The plan of the run.
    ///
    /// # Errors
    /// When the preset is unknown or users cannot be paired.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        let known = PRESETS.map(|preset| preset.name).join(", ");
        let preset = preset::find(&self.preset)
            .with_context(|| format!("there is no preset {:?}; there are {known}", self.preset))?;
        let seconds = |value: u32| Duration::from_secs(u64::from(value));
        let mut plan = Plan::of(preset, self.seed);
        // Where users are searched for, this is how far.
        plan.users = self.users.map_or(if plan.is_search() { MOST_USERS } else { plan.users }, usize::from);
        plan.hold = self.duration.map_or(plan.hold, seconds);
        plan.ramp = self.ramp.map_or(plan.ramp, seconds);
        plan.out = self.out.clone().unwrap_or(plan.out);
        plan.think_scale = self.think_scale;
        plan.panic_at_visit = self.panic_at_visit;
        plan.kill = self.kill;
        plan.faults.clone_from(&self.faults);
        if self.busy {
            plan.limits = Limits { cpu_share: f64::INFINITY, timer_lag: Duration::from_secs(2), ..plan.limits };
        }
        if plan.faults.is_some() {
            plan.late_facts = LATE_FACTS_DESPITE_FAULTS;
        }
        if self.hurry {
            hurry(&mut plan);
        }
        plan.strictness = if self.strict { Strictness::Strict } else { Strictness::Lenient };
        if self.instant {
            plan.latency = Some("instant");
            plan.think_scale = 0.0;
        }
        if let Some(per_second) = self.arrivals {
            if plan.rounds.is_some() {
                bail!("{} has silences, in which nothing may arrive; take another preset", plan.preset.name);
            }
            plan.model = Model::Open { per_second };
        }
        if self.compare.is_some() {
            plan.comparison = Comparison::Blocking;
        }
        // Last, since an earlier run must have been planned in the same way.
        if let Some(path) = &self.baseline {
            let baseline = Baseline::open(path, &plan)?;
            if matches!(baseline, Baseline::Program(_)) {
                plan.comparison = Comparison::Baseline;
            }
            plan.baseline = Some(baseline);
        }
        if plan.comparison != Comparison::Off {
            // Users come in pairs, one for each server.
            plan.users += plan.users % 2;
        }
        self.check(&plan)?;
        Ok(plan)
    }

    fn check(&self, plan: &Plan) -> anyhow::Result<()> {
        let is_open = matches!(plan.model, Model::Open { .. });
        if is_open && plan.comparison != Comparison::Off {
            bail!("--arrivals sends turns to one server; leave out --compare or --baseline");
        }
        if plan.is_search() && (is_open || plan.comparison != Comparison::Off || plan.baseline.is_some()) {
            bail!("capacity is searched with users of one server; leave out --arrivals, --compare or --baseline");
        }
        if self.slo.is_some() && !plan.is_search() {
            bail!("--slo is for the preset capacity; the targets of {} are its own", plan.preset.name);
        }
        Ok(())
    }

    /// The servers of the run, started and ready.
    ///
    /// # Errors
    /// When they are not ours to load, cannot be started, or do not become ready.
    pub async fn stage(&self, plan: &Plan) -> anyhow::Result<Stage> {
        if let Some(url) = &self.url {
            if !self.i_own_this && !is_loopback(url) {
                bail!("{url} is not on this machine; add --i-own-this if you may load it");
            }
            target::wait_until_ready(url).await?;
            let now = SystemClock::default().now().as_micros().unsigned_abs();
            let urls = [(Lane::Main, url.clone())].into();
            return Ok(Stage::at(urls, self.seed ^ now));
        }
        let programs = self.programs(plan)?;
        let mut targets = vec![Target::start(Lane::Main, &programs, plan).await?];
        if plan.comparison == Comparison::Blocking {
            targets.push(Target::start(Lane::Blocking, &programs, plan).await?);
        }
        if let Some(Baseline::Program(server)) = &plan.baseline {
            let programs = Programs { server: server.clone(), ..programs };
            targets.push(Target::start(Lane::Baseline, &programs, plan).await?);
        }
        Ok(Stage::of(targets, self.seed))
    }

    fn programs(&self, plan: &Plan) -> anyhow::Result<Programs> {
        let own = std::env::current_exe().context("this program does not know where it is")?;
        let beside = |name: &str| own.with_file_name(name);
        let programs = Programs {
            server: self.server_bin.clone().unwrap_or_else(|| beside("braincase")),
            sim: self.sim_bin.clone().unwrap_or_else(|| beside("braincase-sim")),
            latency: plan.latency,
        };
        require(&programs.server, "--server-bin")?;
        require(&programs.sim, "--sim-bin")?;
        Ok(programs)
    }
}

/// Reads `5` or `5/s`.
fn rate(text: &str) -> Result<f64, String> {
    const MOST: f64 = 10_000.0;
    let number = text.strip_suffix("/s").unwrap_or(text).trim().parse::<f64>().ok();
    number.filter(|rate| *rate > 0.0 && *rate <= MOST).ok_or_else(|| {
        format!("expected turns per second, more than 0 and at most {MOST}, such as 5 or 5/s; got {text:?}")
    })
}

fn hurry(plan: &mut Plan) {
    plan.think_scale *= 0.05;
    plan.late_facts = Duration::from_millis(500);
    plan.drain = Duration::from_secs(2);
    plan.leak_window = Duration::from_secs(2);
    plan.limits = Limits { unaccounted: 0.3, cpu_share: f64::INFINITY, timer_lag: Duration::from_secs(2) };
}

fn require(program: &Path, option: &str) -> anyhow::Result<()> {
    if program.is_file() {
        return Ok(());
    }
    bail!("there is no program {}; build it or name it with {option}", program.display())
}

fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::try_parse_from(std::iter::once("braincase-stress").chain(line.split_whitespace())).unwrap()
    }

    #[test]
    fn options_override_the_preset() {
        let plan = parse("phase4_target --users 7 --duration 9 --ramp 2 --compare blocking").plan().unwrap();
        assert_eq!((plan.users, plan.hold.as_secs(), plan.ramp.as_secs()), (8, 9, 2));
        assert_eq!(plan.comparison, Comparison::Blocking);
    }

    #[test]
    fn facts_may_come_later_when_the_provider_is_made_to_stall() {
        let late_facts = |line: &str| parse(line).plan().unwrap().late_facts;
        assert!(late_facts("smoke --faults stall:1%") > 3 * late_facts("smoke"));
    }

    #[test]
    fn how_load_arises_can_be_chosen() {
        assert_eq!(parse("smoke --arrivals 2.5/s").plan().unwrap().model, Model::Open { per_second: 2.5 });
        let instant = parse("smoke --instant").plan().unwrap();
        assert_eq!((instant.latency, instant.think_scale), (Some("instant"), 0.0));
        for nonsense in ["0", "-1", "many", "5/m", "NaN"] {
            assert!(rate(nonsense).is_err(), "{nonsense}");
        }
        for contradiction in ["soak --arrivals 5", "smoke --arrivals 5 --compare blocking"] {
            assert!(parse(contradiction).plan().is_err(), "{contradiction}");
        }
    }

    #[test]
    fn an_unknown_preset_is_named_with_those_that_exist() {
        let error = parse("phase5").plan().unwrap_err().to_string();
        insta::assert_snapshot!(error, @r#"there is no preset "phase5"; there are smoke, phase4_target, high_load, image_stress, soak, capacity"#);
    }

    #[test]
    fn only_this_machine_is_loaded_unasked() {
        for url in ["http://127.0.0.1:1", "http://localhost:80/x", "http://[::1]:9"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["http://10.0.0.1", "http://localhost.example.org", "https://example.org", "nonsense"] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
