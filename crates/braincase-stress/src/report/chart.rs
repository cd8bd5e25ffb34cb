//! Charts as inline SVG: no script, colours from the page's style sheet, every line named where it ends.
//!
//! They know nothing of runs: each draws plain numbers. `axis` says where a value lies, `frame` draws what all charts
//! have, `path` says where
//! lines go, `lines`, `stack`, `heatmap`, `spectrum` and `curve` draw what is in it.

pub(crate) mod axis;
pub(crate) mod curve;
pub(crate) mod frame;
pub(crate) mod heatmap;
pub(crate) mod lines;
mod path;
pub(crate) mod spectrum;
pub(crate) mod stack;
#[cfg(test)]
pub(crate) mod tests;

/// A length in the picture; what cannot be drawn is drawn at its edge rather than breaking it.
pub(crate) fn n(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A number as people read it, without a unit.
pub(crate) fn short(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
