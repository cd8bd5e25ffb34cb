//! What words account for: those that order something, those that the rules know, and those that only hold others together.

use std::{collections::HashSet, sync::LazyLock};

use crate::brain::local::{effect::Aspect, spelling};

/// What a word orders, if it is a word for one thing; any of them accounts for it.
pub(super) fn aspects_of(word: &str) -> Option<&'static [Aspect]> {
    Some(match word {
        "delete" => &[Aspect::Removal],
        "title" | "rename" | "called" | "call" => &[Aspect::Title, Aspect::Writing],
        "seconds" | "minute" | "ms" | "duration" | "last-for" => &[Aspect::Length, Aspect::Motion],
        "longer" | "shorter" | "long" => &[Aspect::Length, Aspect::Motion, Aspect::Tempo],
        "faster" | "slower" | "tempo" | "speed" => &[Aspect::Tempo, Aspect::Length, Aspect::Motion],
        "background" | "gradient" => &[Aspect::Background],
        "percent" => &[Aspect::Length, Aspect::Tempo, Aspect::Size, Aspect::Motion],
        "color" => &[Aspect::Color, Aspect::Background],
        "bold" => &[Aspect::Bold],
        "left" | "right" | "corner" => &[Aspect::Place, Aspect::Motion],
        "animation" | "animate" | "bounce" | "spin" | "pulse" | "typewriter" => &[Aspect::Motion],
        _ => return None,
    })
}

/// Whether a word accounts for itself: the rules read it, or it only holds others together.
pub(super) fn is_harmless(word: &str) -> bool {
    HARMLESS.contains(word) || word.len() > 4 && word.ends_with("ly")
}

/// Whether a word is such a word inflected or mistyped: "lasted", "shuold".
pub(super) fn is_form_of_harmless(word: &str) -> bool {
    let stem = ["ed", "ing", "s"].iter().find_map(|ending| word.strip_suffix(ending));
    stem.is_some_and(|stem| HARMLESS.contains(stem))
        || (MIN_TYPO..=MAX_TYPO).contains(&word.len())
            && HARMLESS.iter().any(|known| known.len() >= MIN_TYPO && spelling::is_typo_of(word, known))
}

static HARMLESS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| [JOINTS, MANNERS, READ].iter().flat_map(|table| table.split_whitespace()).collect());
/// Shorter words have too many neighbours to be typos of one, longer ones are not in the tables.
const MIN_TYPO: usize = 6;
const MAX_TYPO: usize = 12;

/// Whether a reason, a purpose or a comparison begins with this word.
pub(super) fn opens_aside(word: &str) -> bool {
    matches!(word, "for" | "like" | "because" | "since" | "while" | "when" | "cause" | "cuz" | "whereas")
}

/// Whether a word names a piece of something that is only changed as a whole.
pub(super) fn is_piece(typed: &str) -> bool {
    matches!(typed, "word" | "letter" | "line" | "half" | "part" | "piece" | "sentence" | "side" | "edge" | "rest")
}

/// Articles, pronouns, prepositions, conjunctions and auxiliary verbs: closed classes.
const JOINTS: &str = "\
    the a an this that these those it its itself them they their theirs he she his her him our my your yours mine me us i \
    we you whats thats theres heres im ive id ill weve wed hed shed theyd youre hes shes theyre itll were \
    of in on at to from with without by into onto for as about and or but so then than too also both each every all any \
    some no if because since while until through is are was were be been being am do does did done doing has have had \
    having can could will would shall should may might must not dont doesnt didnt isnt arent wasnt cant wont never \
    there here where when which who what how why everything everywhere anything something nothing everyone nobody \
    people somebody someone one ones up down out off over under underneath below above behind beside between before \
    after during within across around against";
/// Degree, certainty, time, taste and politeness.
const MANNERS: &str = "\
    very really quite rather bit little much more less most least way far just only even still already again enough \
    plenty few couple tad max extra further somewhere instead now soon earlier today yesterday new same \
    other another please thanks thank-you sorry hmm nope yeah yep hi hello hey folks something thing things \
    following follows think thinks guess see seen look looks looking shown shows appear appears feel feels sounds \
    better nicer good nice great fine best perfect pretty prefer prefers wish hope make-sure ensure wrong dull boring \
    mistake typo correct time example note sign missing anymore altogether total exactly about so-so";
/// Words that rules read in their own place.
const READ: &str = "\
    says say read reads saying gradient linear first last next previous final middle current selected number nr beginning \
    end start front top bottom center intro outro opening closing credits opener cover empty blank longest shortest \
    rest others else except all-except instead-of start-over stay stays remain keep keeps run runs play plays playing hold \
    go goes gone come comes get gets got give gives want wants need needs deserves unwanted like likes love loves big large small \
    huge tiny fast slow shave knock fade slide slides slide-in zoom fly x meant made become becomes belongs sit sits sitting twice half double triple times size old open \
    stand hang draw bring add-scene attached uploaded typed written taking takes take missing unbold thin reset align \
    pointing let lets touch position element elements letters whole entire video things suggest use used using";
