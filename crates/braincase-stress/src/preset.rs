//! The presets: who does what for how long, and what must hold; data, not code.

use std::{fmt, ops::Range, time::Duration};

use serde::Serialize;

/// What a simulated user does in one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Starts a project and adds a few scenes.
    NewProject,
    /// Adds a scene and keeps changing it.
    EditScene,
    /// Uploads two images and asks for scenes from them.
    ImageUpload,
    /// Text, images and edits in one project.
    MixedWorkflow,
    /// Sends more than twenty messages to one project.
    LongConversations,
    /// Uploads five images for one prompt.
    ImageHeavy,
    /// Uploads one image.
    SingleImage,
    /// Uploads three images.
    MultiImage,
    /// Works with two images and with text in between.
    ImageWorkflow,
}

impl Scenario {
    /// The word for it in tables and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewProject => "new_project",
            Self::EditScene => "edit_scene",
            Self::ImageUpload => "image_upload",
            Self::MixedWorkflow => "mixed_workflow",
            Self::LongConversations => "long_conversations",
            Self::ImageHeavy => "image_heavy",
            Self::SingleImage => "single_image",
            Self::MultiImage => "multi_image",
            Self::ImageWorkflow => "image_workflow",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much of the work is one scenario.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Share {
    /// What is done.
    pub scenario: Scenario,
    /// How often, compared with the other shares.
    pub weight: u32,
}

/// What a run must reach.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Targets {
    /// The share of turns that may fail; also the share of other requests that may fail.
    pub max_error_rate: f64,
    /// What a turn may take on average.
    pub max_mean: Duration,
    /// What 95 % of the turns may take at most.
    pub max_p95: Duration,
    /// Turns that every user must get done in a second on average, so that a run that hardly did anything cannot pass.
    pub min_turns_per_user_second: f64,
    /// How much sooner image turns must be answered than with blocking analysis.
    pub min_async_benefit: f64,
}

/// Rounds of load and silence: what memory holds in the silences has nothing to do with what is under way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rounds {
    /// How many.
    pub count: u32,
    /// The share of each round in which users work; then they are silent.
    pub load_share: f64,
}

impl Rounds {
    /// The silences of a hold, one at the end of each round.
    pub fn silences(self, hold_starts: Duration, hold: Duration) -> impl Iterator<Item = Range<Duration>> {
        let length = hold / self.count.max(1);
        (0..self.count).map(move |round| {
            let start = hold_starts + length * round;
            start + length.mul_f64(self.load_share)..start + length
        })
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Preset {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Users at once.
    pub users: usize,
    /// How long all of them work.
    pub hold: Duration,
    /// How long it takes until all of them are there.
    pub ramp: Duration,
    /// What they do.
    pub shares: &'static [Share],
    /// Whether load comes in rounds.
    pub rounds: Option<Rounds>,
    /// How long the provider takes, in its own words, if that is not what it usually takes.
    pub latency: Option<&'static str>,
    /// What must hold.
    pub targets: Targets,
}

const TARGETS: Targets = Targets {
    max_error_rate: 0.01,
    max_mean: Duration::from_secs(3),
    max_p95: Duration::from_millis(3_500),
    min_turns_per_user_second: 0.15,
    min_async_benefit: 0.30,
};

const fn share(scenario: Scenario, weight: u32) -> Share {
    Share { scenario, weight }
}

/// What the users of the target load do.
const TARGET_MIX: &[Share] = &[
    share(Scenario::NewProject, 40),
    share(Scenario::EditScene, 30),
    share(Scenario::ImageUpload, 20),
    share(Scenario::MixedWorkflow, 10),
];

/// Every preset.
pub const PRESETS: [Preset; 6] = [
    Preset {
        name: "smoke",
        purpose: "quick validation",
        users: 5,
        hold: Duration::from_secs(30),
        ramp: Duration::ZERO,
        shares: &[share(Scenario::NewProject, 50), share(Scenario::EditScene, 50)],
        rounds: None,
        latency: None,
        targets: Targets { min_turns_per_user_second: 0.2, ..TARGETS },
    },
    Preset {
        name: "phase4_target",
        purpose: "target load",
        users: 20,
        hold: Duration::from_secs(120),
        ramp: Duration::from_secs(30),
        shares: TARGET_MIX,
        rounds: None,
        latency: None,
        targets: TARGETS,
    },
    Preset {
        name: "high_load",
        purpose: "stress",
        users: 50,
        hold: Duration::from_secs(300),
        ramp: Duration::from_secs(60),
        shares: &[
            share(Scenario::NewProject, 30),
            share(Scenario::EditScene, 40),
            share(Scenario::ImageHeavy, 20),
            share(Scenario::LongConversations, 10),
        ],
        rounds: None,
        latency: None,
        targets: TARGETS,
    },
    Preset {
        name: "image_stress",
        purpose: "image processing",
        users: 15,
        hold: Duration::from_secs(180),
        ramp: Duration::ZERO,
        shares: &[
            share(Scenario::SingleImage, 40),
            share(Scenario::MultiImage, 40),
            share(Scenario::ImageWorkflow, 20),
        ],
        rounds: None,
        latency: None,
        targets: TARGETS,
    },
    Preset {
        name: "soak",
        purpose: "rounds of load and silence, for leaks",
        users: 20,
        hold: Duration::from_secs(560),
        ramp: Duration::from_secs(10),
        shares: TARGET_MIX,
        rounds: Some(Rounds { count: 8, load_share: 0.7 }),
        latency: None,
        targets: TARGETS,
    },
    Preset {
        name: "capacity",
        purpose: "how many users at most",
        // The first of the levels that are tried.
        users: 8,
        hold: Duration::from_secs(12),
        ramp: Duration::from_secs(4),
        shares: TARGET_MIX,
        rounds: None,
        // What the provider usually takes is already as long as an answer may take. With a third less, what is measured
        // is the server.
        latency: Some("chat=lognormal(1.2s,p95=2s),vision=2s"),
        // The time until users see an answer is its target, and may be any; see `--slo`.
        targets: Targets { min_turns_per_user_second: 0.02, ..TARGETS },
    },
];

/// The preset of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_every_preset_add_up_to_a_hundred() {
        for preset in &PRESETS {
            assert_eq!(preset.shares.iter().map(|share| share.weight).sum::<u32>(), 100, "{}", preset.name);
        }
    }

    #[test]
    fn every_scenario_belongs_to_some_preset() {
        use std::collections::BTreeSet;
        let used: BTreeSet<_> = PRESETS.iter().flat_map(|preset| preset.shares).map(|share| share.scenario).collect();
        assert_eq!(used.len(), 9);
    }

    #[test]
    fn a_preset_is_found_by_its_name_only() {
        assert_eq!(find("phase4_target").map(|preset| preset.users), Some(20));
        assert!(find("phase4").is_none());
    }
}
