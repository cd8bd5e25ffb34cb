//! Whatever numbers come, a chart is a well-formed picture without numbers that are none, and small.

use maud::Markup;
use proptest::{collection::vec, option, prelude::*};

use super::{
    curve::{self, Curve},
    frame::About,
    heatmap::{Cells, heatmap},
    lines::{Fit, Floor, Group, Hold, Line, Shape, lines},
    spectrum::{Spectrum, Target, spectra},
    stack::{Kind, bars},
};

/// What somebody might call something to break out of a page.
pub(crate) const HOSTILE: &str = "</title><script>alert('x')</script>\" onload=\"x&\u{1}]]>";

/// Walks through the elements of a text and says what is wrong with them, as a parser of XML would.
pub(crate) fn flaw(text: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        if let Some(flaw) = flaw_of_words(before) {
            return Some(flaw);
        }
        let Some(end) = end_of_tag(tag) else { return Some(format!("a tag does not end: {tag:.40}")) };
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if inside.starts_with(['?', '!']) || inside.ends_with('/') {
            continue;
        }
        if let Some(name) = inside.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}> closes nothing"));
            }
        } else {
            open.push(inside.split_whitespace().next().unwrap_or_default());
        }
    }
    open.first().map(|name| format!("<{name}> is not closed")).or_else(|| flaw_of_words(rest))
}

/// Where a tag ends: quotes may hold its sign.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut is_quoted = false;
    tag.char_indices().find_map(|(at, character)| {
        is_quoted ^= character == '"';
        (character == '>' && !is_quoted).then_some(at)
    })
}

fn flaw_of_words(words: &str) -> Option<String> {
    let is_reference = |after: &str| {
        let name = after.split(';').next().unwrap_or_default();
        ["amp", "lt", "gt", "quot"].contains(&name) || name.starts_with('#')
    };
    let bare = words.split('&').skip(1).find(|after| !is_reference(after));
    let bare = bare.map(|after| format!("a bare & before {after:?}"));
    bare.or_else(|| words.contains('>').then(|| format!("a bare > in {words:?}")))
}

fn assert_is_a_picture(markup: &Markup, most: usize) -> Result<(), TestCaseError> {
    let text = &markup.0;
    prop_assert_eq!(flaw(text), None, "{}", text);
    for wrong in ["NaN", "inf", "<script"] {
        prop_assert!(!text.contains(wrong), "{} in {}", wrong, text);
    }
    prop_assert!(text.len() < most, "{} bytes", text.len());
    Ok(())
}

fn about() -> About<'static> {
    About { id: "x", title: HOSTILE, note: HOSTILE.to_owned(), says: HOSTILE.to_owned() }
}

/// Any number there is.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0..1e7_f64, 1 => any::<f64>(), 1 => Just(f64::NAN)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_a_picture(values in vec(option::of(number()), 0..1_500), is_zero in any::<bool>(), limit in number()) {
        let points: Vec<_> = values.iter().enumerate().map(|(second, value)| (second as f64, *value)).collect();
        let fitted = points.iter().map(|(x, y)| (*x, y.unwrap_or(0.0), 1.0, 2.0)).collect();
        let group = |shape| Group {
            name: "n",
            unit: "u",
            floor: if is_zero { Floor::Zero } else { Floor::Lowest },
            lines: vec![Line { label: HOSTILE, class: "a", shape, points: points.clone() }],
            limit: Some((limit, HOSTILE.to_owned())),
            fit: Some(Fit { label: HOSTILE.to_owned(), points: Clone::clone(&fitted) }),
        };
        let hold = Some(Hold { from: 3.0, to: limit });
        assert_is_a_picture(&lines(&about(), hold, &[group(Shape::Area), group(Shape::Stroke)]), 60_000)?;
    }

    #[test]
    fn bars_are_a_picture(counts in vec(vec(0u64..1_000, 0..900), 0..9)) {
        let last = counts.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let kinds: Vec<Kind> = counts.into_iter().map(|seconds| Kind { name: HOSTILE.to_owned(), seconds }).collect();
        assert_is_a_picture(&bars(&about(), None, &kinds, last), 60_000)?;
    }

    #[test]
    fn a_heatmap_is_a_picture(columns in vec(vec(0u64..40, 24), 0..200), column_s in 1usize..9, limit in number()) {
        let bounds_ms: Vec<f64> = (0..25).map(|row| 100.0 * 1.26f64.powi(row)).collect();
        let cells = Cells { column_s, bounds_ms: &bounds_ms, columns: &columns };
        assert_is_a_picture(&heatmap(&about(), None, &cells, Some(&(limit, HOSTILE.to_owned()))), 100_000)?;
    }

    #[test]
    fn spectra_are_a_picture(times in vec(number(), 0..200), max_ms in number(), percentile in number()) {
        let points = times.iter().enumerate().map(|(index, ms)| (100.0 - 100.0 / 1.1f64.powi(index as i32), *ms));
        let points: Vec<_> = points.chain([(100.0, max_ms)]).collect();
        let target = Target { percentile, max_ms, name: HOSTILE.to_owned() };
        let spectrum = Spectrum { label: HOSTILE, class: "a", points };
        assert_is_a_picture(&spectra(&about(), &[spectrum], Some(&target)), 30_000)?;
    }

    #[test]
    fn a_curve_is_a_picture(
        levels in vec((number(), number(), any::<bool>()), 0..20),
        answer in option::of(number()),
        peak in option::of(number()),
    ) {
        let law: Vec<_> = levels.iter().map(|(users, done, _)| (*users, *done)).collect();
        let levels = levels.into_iter().map(|(users, per_second, is_met)| curve::Level { users, per_second, is_met });
        let drawn = Curve { levels: levels.collect(), law, measured_to: 10.0, answer, peak };
        assert_is_a_picture(&curve::curve(&about(), &drawn), 30_000)?;
    }
}

#[test]
fn the_check_of_pictures_finds_what_is_wrong_with_them() {
    assert_eq!(flaw("<a b=\"1>2\"><c/>x &amp; y</a>"), None);
    for wrong in ["<a><b></a></b>", "<a>", "</a>", "<a>x & y</a>", "<a>></a>", "<a"] {
        assert!(flaw(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn a_line_is_drawn_where_its_numbers_are_and_told_in_words() {
    // Given four seconds in which something doubles, with a gap.
    let points = vec![(0.0, Some(1.0)), (1.0, Some(2.0)), (2.0, None), (3.0, Some(4.0))];
    let group = Group {
        name: "things",
        unit: "t",
        floor: Floor::Zero,
        lines: vec![Line { label: "all", class: "a", shape: Shape::Stroke, points }],
        limit: None,
        fit: None,
    };
    let about = About { id: "things", title: "Things", note: String::new(), says: String::new() };

    // When they are drawn.
    let drawn = lines(&about, None, &[group]).into_string();

    // Then the line begins a fifth up, where 1 of 5 is, and breaks at the gap.
    let between = |from: &str, to: &str| drawn.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap();
    insta::assert_snapshot!(between("class=\"line a\" d=\"", "\""), @"M34 168L171.4 132M446.1 60h.1");
    insta::assert_snapshot!(between("<desc id=\"things-says\">", "<"), @" things: all: 1 to 4 t, 4 at the end.");
}
