//! Finds names that are written alike.

/// How many near names an error lists.
const NEAR: usize = 3;
/// Names longer than this are not compared to their end.
const COMPARED: usize = 64;

/// The names with the fewest letters to change, nearest first.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut known: Vec<_> = known.map(|other| (distance(name, other), other)).collect();
    known.sort_unstable();
    known.into_iter().take(NEAR).map(|(_, name)| name.to_owned()).collect()
}

/// The Levenshtein distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(COMPARED).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().take(COMPARED).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
