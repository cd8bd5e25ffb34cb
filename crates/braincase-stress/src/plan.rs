//! The plan of one run: a preset with everything that the command line changed, and the clockwork of its phases.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use crate::{
    baseline::Baseline,
    preset::{Preset, Rounds},
};

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
    /// Another program of the server that it is compared with.
    Baseline,
}

impl Lane {
    /// The word for it in tables and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Blocking => "blocking",
            Self::Baseline => "baseline",
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
    /// A second one of another program, in the same way.
    Baseline,
}

impl Comparison {
    /// The lane of the second server.
    #[must_use]
    pub const fn other(self) -> Option<Lane> {
        match self {
            Self::Off => None,
            Self::Blocking => Some(Lane::Blocking),
            Self::Baseline => Some(Lane::Baseline),
        }
    }
}

/// How load arises.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Users wait for their answer and think before they go on: a slow server is asked less.
    Closed,
    /// Turns arrive at random (Poisson), so many a second on average, whether the server keeps up or not. Users are those
    /// who are free to take one up, and times count from the moment at which a turn arrived.
    Open {
        /// Turns per second.
        per_second: f64,
    },
}

impl Model {
    fn told(self) -> String {
        match self {
            Self::Closed => "closed model".to_owned(),
            Self::Open { per_second } => format!("open model, {per_second} turns/s arrive, timed from intended start"),
        }
    }
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
    /// What ours is compared with, if anything.
    pub baseline: Option<Baseline>,
    /// How load arises.
    pub model: Model,
    /// Rounds of load and silence within the hold.
    pub rounds: Option<Rounds>,
    /// How long the provider that we start takes, in its own words; as it usually does if nothing is said.
    pub latency: Option<&'static str>,
    /// How long users think, as a factor; 1 is 1–3 s.
    pub think_scale: f64,
    /// Lets every visit of that number panic, to prove that panics are counted; never set by people.
    pub panic_at_visit: Option<u32>,
    /// How long late image facts are waited for after the load.
    pub late_facts: Duration,
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
            baseline: None,
            model: Model::Closed,
            rounds: preset.rounds,
            latency: preset.latency,
            think_scale: 1.0,
            panic_at_visit: None,
            late_facts: Duration::from_secs(15),
            out: PathBuf::from("target/stress").join(preset.name),
            strictness: Strictness::Lenient,
        }
    }

    /// How load arises, in words, with everything that is not as it usually is.
    #[must_use]
    pub fn told(&self) -> String {
        let mut parts = vec![self.model.told()];
        if self.model == Model::Closed && self.think_scale <= 0.0 {
            parts.push("nobody thinks".to_owned());
        }
        parts.extend(self.latency.map(|latency| format!("provider {latency}")));
        parts.extend(self.rounds.map(|rounds| format!("{} rounds of load and silence", rounds.count)));
        parts.join(", ")
    }

    /// Whether it is to be found out how many users there may be.
    #[must_use]
    pub fn is_search(&self) -> bool {
        self.preset.name == "capacity"
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
            Comparison::Blocking | Comparison::Baseline => self.users.div_ceil(2),
        }
    }

    /// The lane of a user and its number there; equal numbers do equal things.
    #[must_use]
    pub fn seat(&self, user: usize) -> (Lane, u32) {
        let seat = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match self.comparison.other() {
            None => (Lane::Main, seat(user)),
            Some(_) if user.is_multiple_of(2) => (Lane::Main, seat(user / 2)),
            Some(other) => (other, seat(user / 2)),
        }
    }

    /// When somebody who wants to go on at this moment may do so: later, if it falls into a silence.
    #[must_use]
    pub fn resumes(&self, at: Duration) -> Duration {
        let Some(rounds) = self.rounds else { return at };
        let silence = rounds.silences(self.hold_starts(), self.hold).find(|silence| silence.contains(&at));
        silence.map_or(at, |silence| silence.end)
    }

    /// How long the users work: the hold without its silences.
    #[must_use]
    pub fn working_time(&self) -> Duration {
        self.rounds.map_or(self.hold, |rounds| self.hold.mul_f64(rounds.load_share))
    }

    /// How many turns the judged server must have got done.
    #[must_use]
    pub fn min_turns(&self) -> u64 {
        let seconds = self.working_time().as_secs_f64();
        match self.model {
            Model::Closed => {
                let user_seconds = self.users_of_main() as f64 * seconds;
                (self.preset.targets.min_turns_per_user_second * user_seconds).floor() as u64
            }
            // As few as chance may send, three deviations off: fewer, and they did not arrive.
            Model::Open { per_second } => {
                let expected = per_second * seconds;
                (expected - 3.0 * expected.sqrt()).max(1.0).floor() as u64
            }
        }
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
    fn who_wants_to_work_in_a_silence_waits_for_its_end() {
        let soak = crate::preset::find("soak").unwrap();
        let plan = Plan { hold: Duration::from_secs(80), ramp: Duration::ZERO, ..Plan::of(soak, 1) };
        let load = 10.0 * plan.rounds.unwrap().load_share;
        let at = |seconds: f64| plan.resumes(Duration::from_secs_f64(1.0 + seconds)).as_secs_f64() - 1.0;
        assert!((at(load - 0.1) - (load - 0.1)).abs() < 1e-6);
        assert!((at(load + 0.1) - 10.0).abs() < 1e-6 && (at(19.9) - 20.0).abs() < 1e-6);
    }

    #[test]
    fn reports_say_how_load_arises_and_what_is_unusual_about_it() {
        let usual = Plan::of(&PRESETS[0], 1);
        assert_eq!(usual.told(), "closed model");
        let instant = Plan { think_scale: 0.0, latency: Some("instant"), ..usual.clone() };
        assert_eq!(instant.told(), "closed model, nobody thinks, provider instant");
        let open = Plan { model: Model::Open { per_second: 2.5 }, ..usual };
        assert_eq!(open.told(), "open model, 2.5 turns/s arrive, timed from intended start");
    }

    #[test]
    fn pairs_sit_in_the_same_seat_of_different_lanes() {
        let plan = Plan { comparison: Comparison::Blocking, ..Plan::of(&PRESETS[1], 1) };
        assert_eq!(plan.seat(6), (Lane::Main, 3));
        assert_eq!(plan.seat(7), (Lane::Blocking, 3));
        assert_eq!(plan.users_of_main(), 10);
    }
}
