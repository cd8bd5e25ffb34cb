//! Reads the names of models as people write them.

/// The name without the providers that stand before it, and of a fine-tuned model that of what it was made from.
pub(super) fn without_provider<'a>(name: &'a str, providers: &[String]) -> &'a str {
    let mut rest = name;
    while let Some((provider, model)) = rest.split_once('/') {
        if !providers.iter().any(|known| known.eq_ignore_ascii_case(provider)) {
            break;
        }
        rest = model;
    }
    // A fine-tuned model, as in `ft:gpt-4o:my-org::id`, has the limits of the one that it was made from.
    rest.strip_prefix("ft:").map_or(rest, |tuned| tuned.split(':').next().unwrap_or(tuned))
}

/// The names of which this one may be an edition, longest first, each with what would be the edition.
pub(super) fn editions(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.rmatch_indices(['-', '@']).map(|(at, _)| (&name[..at], &name[at + 1..]))
}
