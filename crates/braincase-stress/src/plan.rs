//! The plan of one run: a preset with everything that the command line changed, and the clockwork of its phases.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use crate::{preset::Preset, validity::Limits};

/// The shortest time in which all users are started, so that they do not all knock in the same instant.
const MIN_RAMP: Duration = Duration::from_secs(1);

/// Which of two servers under comparison a user talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// The server that is judged.
    Main,
    /// The server with `--image-mode blocking` that it is compared with.
    Blocking,
}

impl Lane {
    /// The word for it in tables and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Blocking => "blocking",
        }
    }
}

/// Whether a second server is loaded beside the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// One server.
    Off,
    /// A second one that analyses images before it answers. Users are dealt to the two in turn, and the two users of a
    /// pair do the same things at the same time, so that whatever disturbs the machine disturbs both alike.
    Blocking,
}

/// Everything that decides what a run does.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The row of the table that it started from.
    pub preset: &'static Preset,
    /// Users at once, over all lanes.
    pub users: usize,
    /// How long all of them work.
    pub hold: Duration,
    /// How long it takes until all of them are there.
    pub ramp: Duration,
    /// Decides every choice and every word.
    pub seed: u64,
    /// Whether a second server is loaded.
    pub comparison: Comparison,
    /// How long users think, as a factor; 1 is 1–3 s.
    pub think_scale: f64,
    /// Lets every visit of that number panic, to prove that panics are counted; never set by people.
    pub panic_at_visit: Option<u32>,
    /// How long late image facts are waited for after the load.
    pub late_facts: Duration,
    /// How long a server may take to let go of the load, once it is over.
    pub drain: Duration,
    /// How long memory must be watched until a leak can be excluded.
    pub leak_window: Duration,
    /// Whether the server is killed in the middle of the load, and started again.
    pub kill: bool,
    /// What the provider is to do wrong, in its own words.
    pub faults: Option<String>,
    /// What a run must keep to count.
    pub limits: Limits,
    /// Where reports go.
    pub out: PathBuf,
    /// Whether a run that cannot show what it should is a failure.
    pub strictness: Strictness,
}

/// What an underpowered run is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// The point estimate decides; what it cannot show is said.
    Lenient,
    /// A run that cannot show its error rate is inconclusive.
    Strict,
}

impl Plan {
    /// The preset as it is, with a seed.
    #[must_use]
    pub fn of(preset: &'static Preset, seed: u64) -> Self {
        Self {
            preset,
            users: preset.users,
            hold: preset.hold,
            ramp: preset.ramp,
            seed,
            comparison: Comparison::Off,
            think_scale: 1.0,
            panic_at_visit: None,
            late_facts: Duration::from_secs(15),
            drain: Duration::from_secs(20),
            leak_window: Duration::from_secs(60),
            kill: false,
            faults: None,
            limits: Limits::default(),
            out: PathBuf::from("target/stress").join(preset.name),
            strictness: Strictness::Lenient,
        }
    }

    /// When all users are there, counted from the start.
    #[must_use]
    pub fn hold_starts(&self) -> Duration {
        self.ramp.max(MIN_RAMP)
    }

    /// When nothing new is begun, counted from the start.
    #[must_use]
    pub fn hold_ends(&self) -> Duration {
        self.hold_starts() + self.hold
    }

    /// How many users talk to the judged server.
    #[must_use]
    pub fn users_of_main(&self) -> usize {
        match self.comparison {
            Comparison::Off => self.users,
            Comparison::Blocking => self.users.div_ceil(2),
        }
    }

    /// The lane of a user and its number there; equal numbers do equal things.
    #[must_use]
    pub fn seat(&self, user: usize) -> (Lane, u32) {
        let seat = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match self.comparison {
            Comparison::Off => (Lane::Main, seat(user)),
            Comparison::Blocking if user.is_multiple_of(2) => (Lane::Main, seat(user / 2)),
            Comparison::Blocking => (Lane::Blocking, seat(user / 2)),
        }
    }

    /// The command that does the same again, in one line.
    #[must_use]
    pub fn replay(&self) -> String {
        let (preset, mut line) = (self.preset, format!("cargo xtask stress {} --seed {}", self.preset.name, self.seed));
        let mut add = |is_needed: bool, option: String| {
            if is_needed {
                line.push_str(&format!(" {option}"));
            }
        };
        add(self.users != preset.users, format!("--users {}", self.users));
        add(self.hold != preset.hold, format!("--duration {}", self.hold.as_secs()));
        add(self.ramp != preset.ramp, format!("--ramp {}", self.ramp.as_secs()));
        add(self.comparison == Comparison::Blocking, "--compare blocking".to_owned());
        add(self.kill, "--kill".to_owned());
        add(self.faults.is_some(), format!("--faults {}", self.faults.as_deref().unwrap_or_default()));
        line
    }

    /// When the server is killed, if it is: in the middle of the time with all users.
    #[must_use]
    pub fn kill_at(&self) -> Option<Duration> {
        self.kill.then(|| self.hold_starts() + self.hold / 2)
    }

    /// How many turns the judged server must have got done.
    #[must_use]
    pub fn min_turns(&self) -> u64 {
        let user_seconds = self.users_of_main() as f64 * self.hold.as_secs_f64();
        (self.preset.targets.min_turns_per_user_second * user_seconds).floor() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::PRESETS;

    #[test]
    fn smoke_must_get_thirty_turns_done() {
        assert_eq!(Plan::of(&PRESETS[0], 1).min_turns(), 30);
    }

    #[test]
    fn a_run_is_replayed_with_what_was_said_differently() {
        let plan = Plan::of(&PRESETS[1], 7);
        assert_eq!(plan.replay(), "cargo xtask stress phase4_target --seed 7");
        let (hold, faults) = (Duration::from_secs(9), Some("429:2%,cut:1%".to_owned()));
        let plan = Plan { users: 3, hold, kill: true, faults, comparison: Comparison::Blocking, ..plan };
        let line = "cargo xtask stress phase4_target --seed 7 --users 3 --duration 9 --compare blocking --kill --faults 429:2%,cut:1%";
        assert_eq!(plan.replay(), line);
    }

    #[test]
    fn pairs_sit_in_the_same_seat_of_different_lanes() {
        let plan = Plan { comparison: Comparison::Blocking, ..Plan::of(&PRESETS[1], 1) };
        assert_eq!(plan.seat(6), (Lane::Main, 3));
        assert_eq!(plan.seat(7), (Lane::Blocking, 3));
        assert_eq!(plan.users_of_main(), 10);
    }
}
