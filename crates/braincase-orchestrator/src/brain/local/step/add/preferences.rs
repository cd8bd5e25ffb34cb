//! What the user prefers, as far as it tells how a new scene should look.

use braincase_core::{
    bounded::Millis,
    color::Color,
    scene::{Animation, Content, Element, Motion, SceneSpec},
};

use crate::brain::local::{
    clause::Clause,
    numbers,
    step::edit,
    token,
    wish::{self, Change, Paint},
};
use crate::briefing::PreferenceLine;

/// The most preferences that are read.
const MAX_READ: usize = 64;

/// What the user prefers for new scenes.
#[derive(Debug, Clone, Default)]
pub(in crate::brain::local) struct Preferences {
    background: Option<Paint>,
    millis: Option<f64>,
    tempo: Option<f64>,
    color: Option<Color>,
    bold: bool,
    motion: Option<Motion>,
}

impl Preferences {
    /// Reads what the briefing tells.
    pub(in crate::brain::local) fn read(lines: &[PreferenceLine]) -> Self {
        let mut preferences = Self::default();
        for line in lines.iter().take(MAX_READ) {
            let text: String =
                format!("{} {}", line.key.replace(['_', '-', '.'], " "), line.value).chars().take(500).collect();
            let tokens = token::tokenize(&text);
            preferences.learn(&Clause::new(&text, &tokens));
        }
        preferences
    }

    fn learn(&mut self, clause: &Clause<'_>) {
        if clause.has(&["no", "not", "never", "dont", "avoid", "without", "hate", "hates", "dislike", "dislikes"]) {
            return;
        }
        let mut clause = clause.clone();
        if let Some(span) = numbers::spans(&clause).first() {
            self.millis = Some(span.millis);
        } else if clause.has(&["short", "shorter", "brief"]) {
            self.millis = Some(2_000.0);
        } else if clause.has(&["long", "longer"]) {
            self.millis = Some(5_000.0);
        }
        let Ok(wish) = wish::read(&mut clause) else { return };
        self.background = wish.background.or(self.background);
        self.color = wish.color.or(self.color);
        self.bold |= wish.bold == Some(true);
        self.motion = wish.motion.map(|motion| motion.kind).or(self.motion);
        if let Some(Change::Times(tempo) | Change::To(tempo)) = wish.tempo {
            self.tempo = Some(tempo);
        }
    }

    /// Dresses a new scene.
    pub(in crate::brain::local) fn apply(&self, spec: &mut SceneSpec) {
        if let Some(paint) = self.background {
            spec.background = edit::paint(paint);
        }
        if let Some(millis) = self.millis {
            spec.duration_ms = edit::duration(millis);
        }
        if let Some(tempo) = self.tempo {
            spec.tempo = braincase_core::scene::Tempo::nearest(tempo);
        }
    }

    /// Dresses a new text.
    pub(super) fn apply_text(&self, element: &mut Element) {
        element.color = element.color.or(self.color);
        if let Content::Text(text) = &mut element.content {
            text.bold |= self.bold;
        }
        if let (None, Some(kind)) = (&element.animation, self.motion) {
            element.animation =
                Some(Animation { kind, duration_ms: Millis::clamped(600), delay_ms: Millis::clamped(0) });
        }
    }
}
