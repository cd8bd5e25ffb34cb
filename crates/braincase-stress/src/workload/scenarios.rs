//! What each scenario does, step by step; data, not code.

use crate::preset::Scenario;

/// One step of a visit. Users think after each prompt; between an upload and the prompt that it is for they do not,
/// as in a chat where both are sent with one click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Asks for a scene.
    Add,
    /// Asks for a change.
    Edit,
    /// Asks for several things at once.
    Several,
    /// Uploads so many images and asks for a scene from them.
    FromImages(usize),
    /// Uploads so many images and asks for a change with them.
    EditWithImages(usize),
}

use Step::{Add, Edit, EditWithImages, FromImages, Several};

/// The steps of a scenario; every visit starts with a new project.
#[must_use]
pub const fn steps(scenario: Scenario) -> &'static [Step] {
    match scenario {
        Scenario::NewProject => &[Add, Add, Add],
        Scenario::EditScene => &[Add, Edit, Edit, Several],
        Scenario::ImageUpload => &[FromImages(2), Edit],
        Scenario::MixedWorkflow => &[Add, FromImages(2), Several, EditWithImages(1)],
        Scenario::LongConversations => &LONG,
        Scenario::ImageHeavy => &[FromImages(5), Edit],
        Scenario::SingleImage => &[FromImages(1), Edit],
        Scenario::MultiImage => &[FromImages(3), Edit],
        Scenario::ImageWorkflow => &[Add, FromImages(2), Several, EditWithImages(2)],
    }
}

const LONG: [Step; 24] = [
    Add, Edit, Add, Several, Edit, Edit, Add, Edit, Several, Edit, Add, Edit, //
    Edit, Several, Edit, Add, Edit, Edit, Several, Edit, Add, Edit, Edit, Several,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_conversation_has_more_than_twenty_messages() {
        assert!(steps(Scenario::LongConversations).len() > 20);
    }

    #[test]
    fn nothing_is_changed_before_something_is_there() {
        use crate::preset::PRESETS;
        for share in PRESETS.iter().flat_map(|preset| preset.shares) {
            assert!(matches!(steps(share.scenario)[0], Add | FromImages(_)), "{}", share.scenario);
        }
    }
}
