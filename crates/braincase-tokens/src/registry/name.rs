//! Reads the names of models as people write them.

/// The name without the providers that stand before it, and of a fine-tuned model that of what it was made from.
pub(super) fn without_provider<'a>(name: &'a str, providers: &[String]) -> &'a str {
    let mut rest = name;
    while let Some((provider, model)) = rest.split_once('/') {
        if !providers.iter().any(|known| known == provider) {
            break;
        }
        rest = model;
    }
    // A fine-tuned model, as in `ft:gpt-4o:my-org::id`, has the limits of the one that it was made from.
    rest.strip_prefix("ft:").map_or(rest, |tuned| tuned.split(':').next().unwrap_or(tuned))
}

/// The names of which this one may be a dated or `-latest` edition, longest first.
pub(super) fn undated(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices(['-', '@']).map(|(at, _)| at).collect::<Vec<_>>();
    let split = |at: usize| (&name[..at], &name[at + 1..]);
    ends.into_iter().rev().map(split).filter(|(_, edition)| is_edition(edition)).map(|(base, _)| base)
}

/// Whether it is a date like `2024-08-06`, `20250929` or `0613`, or says latest or preview; `-7` would be another model.
fn is_edition(text: &str) -> bool {
    let date = text.trim_end_matches("preview").trim_end_matches("latest").trim_end_matches('-');
    if date.is_empty() {
        return true;
    }
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    let segments_fit = date.split('-').all(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    segments_fit && (4..=8).contains(&digits)
}
