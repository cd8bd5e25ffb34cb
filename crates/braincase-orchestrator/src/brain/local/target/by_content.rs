//! Targets by what is in them: "the scene with the logo", "the blue one", "the longest scene".

use braincase_core::{
    color::Color,
    scene::{Background, Content, SceneSpec, Shape},
};

use crate::brain::local::{
    board::{self, Board},
    clause::Clause,
    colors,
    question::Question,
    token::Kind,
    words,
};

type Places = Result<Option<Vec<usize>>, Question>;

/// The scenes whose content a clause describes.
pub(super) fn find(board: &Board, clause: &mut Clause<'_>) -> Places {
    if let Some(places) = by_background(board, clause) {
        return Ok(Some(places));
    }
    for at in 0..clause.len() {
        if is_scene(clause, at)
            && let Some((places, start, end)) = with(board, clause, at).or_else(|| adjective(board, clause, at))
        {
            let plural = matches!(clause.word(at), "scenes" | "ones");
            clause.claim(start, end);
            return choose(board, places, plural);
        }
    }
    Ok(None)
}

/// "change the black background to white": the one scene whose background is black.
fn by_background(board: &Board, clause: &mut Clause<'_>) -> Option<Vec<usize>> {
    let [old, _] = <[colors::Found; 2]>::try_from(colors::find(clause)).ok()?;
    let described = clause.word(old.end) == "background" && old.start > 0 && clause.word(old.start - 1) == "the";
    let places = if described { matching(board, |spec| is_colored(spec, old.color)) } else { Vec::new() };
    (places.len() == 1).then(|| {
        clause.claim(old.start, old.end);
        places
    })
}

fn is_scene(clause: &Clause<'_>, at: usize) -> bool {
    words::SCENE.contains(&clause.word(at)) || matches!(clause.word(at), "one" | "ones")
}

fn choose(board: &Board, places: Vec<usize>, plural: bool) -> Places {
    match places.len() {
        0 => Err(Question::which_scene(board, &board.all())),
        1 => Ok(Some(places)),
        _ if plural => Ok(Some(places)),
        _ => Err(Question::which_scene(board, &places)),
    }
}

type Found = Option<(Vec<usize>, usize, usize)>;

/// "the scene with the star", "the one that says hello".
fn with(board: &Board, clause: &Clause<'_>, at: usize) -> Found {
    let linked = matches!(
        clause.word(at + 1),
        "with" | "containing" | "about" | "showing" | "where" | "says" | "has" | "that" | "which" | "having" | "of"
    );
    let definite = at.checked_sub(1).is_some_and(|before| matches!(clause.word(before), "the" | "that" | "this"))
        || clause.word(at) == "scenes";
    if !linked || !definite {
        return None;
    }
    let end = clause.len().min(at + 8);
    for place in at + 2..end {
        if let Some(Kind::Quote) = clause.kind(place) {
            let words = clause.quoted(place).to_lowercase();
            let places = matching(board, |spec| says(spec, &words));
            return (!places.is_empty()).then_some((places, at, place + 1));
        }
        let word = clause.word(place);
        if matches!(word, "to" | "should" | "and" | "blue" | "faster") {
            return None;
        }
        if let Some(test) = feature(word) {
            let mut places = matching(board, test);
            let narrower = matching(board, |spec| test(spec) && mentions(spec, word));
            if !narrower.is_empty() {
                places = narrower;
            }
            return Some((places, at, place + 1));
        }
        let telling = word.chars().count() >= 3 && !words::is_reserved(word);
        let places = if telling { matching(board, |spec| mentions(spec, word)) } else { Vec::new() };
        if !places.is_empty() {
            return Some((places, at, place + 1));
        }
    }
    None
}

/// "the blue one", "the longest scene", "the empty scenes".
fn adjective(board: &Board, clause: &Clause<'_>, at: usize) -> Found {
    let before = at.checked_sub(1)?;
    let start = if before > 0 && colors::color_at(clause, before - 1).is_some_and(|found| found.end == at) {
        before - 1
    } else {
        before
    };
    if !start.checked_sub(1).is_some_and(|the| matches!(clause.word(the), "the" | "all" | "every")) {
        return None;
    }
    if let Some(found) = colors::color_at(clause, start).filter(|found| found.end == at) {
        return Some((matching(board, |spec| is_colored(spec, found.color)), start, at + 1));
    }
    let lengths = board.entries[..board.before].iter().map(|entry| entry.spec.duration_ms);
    let places = match clause.word(start) {
        "longest" => lengths.max().map(|longest| matching(board, |spec| spec.duration_ms == longest)),
        "shortest" => lengths.min().map(|shortest| matching(board, |spec| spec.duration_ms == shortest)),
        "empty" | "blank" => Some(matching(board, |spec| spec.elements.is_empty())),
        _ => None,
    };
    places.map(|places| (places, start, at + 1))
}

fn matching(board: &Board, test: impl Fn(&SceneSpec) -> bool) -> Vec<usize> {
    let before = board.entries[..board.before].iter().enumerate();
    before.filter(|(_, entry)| test(&entry.spec)).map(|(place, _)| place).collect()
}

fn says(spec: &SceneSpec, words: &str) -> bool {
    spec.title.as_str().to_lowercase().contains(words)
        || board::texts(spec).any(|(_, text)| text.text.as_str().to_lowercase().contains(words))
}

fn mentions(spec: &SceneSpec, word: &str) -> bool {
    says(spec, word)
        || spec.elements.iter().any(|element| {
            let alt = match &element.content {
                Content::Image(image) => {
                    image.alt.as_ref().is_some_and(|alt| alt.as_str().to_lowercase().contains(word))
                }
                Content::Text(_) | Content::Shape(_) => false,
            };
            alt || element.id.as_str().to_lowercase().contains(word)
        })
}

fn is_colored(spec: &SceneSpec, color: Color) -> bool {
    match &spec.background {
        Background::Color(own) => colors::looks(*own, color),
        Background::Gradient(gradient) => colors::looks(gradient.from, color) || colors::looks(gradient.to, color),
        Background::Image(_) => false,
    }
}

fn feature(word: &str) -> Option<fn(&SceneSpec) -> bool> {
    fn has(spec: &SceneSpec, shape: Shape) -> bool {
        spec.elements
            .iter()
            .any(|element| matches!(&element.content, Content::Shape(content) if content.shape == shape))
    }
    Some(match word {
        "logo" | "image" | "images" => board::shows_image,
        "star" => |spec| has(spec, Shape::Star),
        "circle" => |spec| has(spec, Shape::Circle),
        "arrow" => |spec| has(spec, Shape::Arrow),
        "triangle" => |spec| has(spec, Shape::Triangle),
        "rectangle" => |spec| has(spec, Shape::Rectangle),
        "gradient" => |spec| matches!(spec.background, Background::Gradient(_)),
        _ => return None,
    })
}
