//! Phrases that mean one word.

use std::{collections::HashMap, sync::LazyLock};

/// The words of a phrase, and the word that it means.
type Phrase = (Vec<&'static str>, &'static str);

/// The longest phrase that these words begin with: how many words it has, and the word that it means.
pub(in crate::brain::local) fn at_start_of<'w>(
    words: impl Fn(usize) -> Option<&'w str>,
) -> Option<(usize, &'static str)> {
    static BY_HEAD: LazyLock<HashMap<&str, Vec<Phrase>>> = LazyLock::new(|| {
        let mut by_head: HashMap<&str, Vec<Phrase>> = HashMap::new();
        for (meaning, phrases) in PHRASES {
            for phrase in phrases.split(", ") {
                let words: Vec<&str> = phrase.split(' ').collect();
                by_head.entry(words[0]).or_default().push((words, meaning));
            }
        }
        by_head
    });
    let fits = |phrase: &[&str]| phrase.iter().enumerate().all(|(n, word)| words(n) == Some(*word));
    let candidates = BY_HEAD.get(words(0)?)?.iter().filter(|(phrase, _)| fits(phrase));
    candidates.max_by_key(|(phrase, _)| phrase.len()).map(|(phrase, meaning)| (phrase.len(), *meaning))
}

/// A word, and the phrases that mean it.
const PHRASES: &[(&str, &str)] = &[
    (
        "background",
        "behind everything, behind everything else, behind it all, behind the text, full screen, fullscreen",
    ),
    ("between", "in between"),
    ("too", "as it needs to be, than it needs to be, than necessary, than needed"),
    (
        "delete",
        "get rid of, getting rid of, take out, take away, throw away, throw out, toss, kick out, leave out, cut out, strip out, pull out, take off, do away with, chuck out, bin, toss out, dispense with",
    ),
    ("dont", "do not, should not, shouldnt, must not, mustnt"),
    ("penultimate", "next to last, second to last, second last, last but one, one before last, one before the last"),
    ("except", "apart from, other than, aside from, besides, excluding"),
    ("all-except", "all but, everything but, all except, everything except"),
    ("before", "in front of, ahead of, right before, just before, preceding"),
    ("after", "right after, just after"),
    ("and", "as well as"),
    ("start-over", "start over, start from scratch"),
    ("thank-you", "thank you, thank u"),
    (
        "typewriter",
        "letter by letter, character by character, type writer, typed out, type out, typing animation, types out",
    ),
    (
        "bigger",
        "get bigger, blow up, too small, too tiny, too little, not big enough, not large enough, isnt big enough, hard to says, hard to see, cant says, barely readable, difficult to says, unreadable, illegible, too thin to says, not readable, isnt readable, not legible",
    ),
    (
        "faster",
        "speeding up, too slow, too slowly, not fast enough, isnt fast enough, drags, is dragging, drags on, too sluggish, too boring",
    ),
    (
        "want",
        "was thinking of, am thinking of, im thinking of, thinking of, was thinking about, im thinking about, thinking about, would rather have, id rather have, would fancy, am after, im after, am missing, im missing, i miss, are missing, were missing",
    ),
    ("bigger", "more big, more large"),
    ("smaller", "more small"),
    ("longer", "more long"),
    ("shorter", "more short"),
    ("faster", "more fast, more quick, more quickly"),
    ("slower", "more slow, more slowly"),
    ("much", "a lot"),
    ("copy", "same scene again, same scene once more, same one again"),
    ("slide-in", "come in from, comes in from, coming in from, enter from, enters from, fly in from, flies in from"),
    ("separately", "of its own, of their own, by itself, on its own"),
    (
        "please",
        "id like it better if, id like it if, id love it if, id prefer it if, i would like it if, i would love it if, i would prefer it if, it would be nice if, it would be great if, it would be better if, it would be cool if, it would be good if, it would be lovely if, would be nice if, would be better if, would be great if, would be good if, i wish",
    ),
    ("check", "double check, please check"),
    ("much-faster", "way faster"),
    ("use", "go with, going with"),
    ("used", "used to"),
    ("undecided", "change my mind, change our mind, change my mind about, change our mind about"),
    ("next", "next up"),
    (
        "please",
        "make it so that, make it so, is it ok if, is it okay if, is it alright if, would it be ok if, would it be okay if, do you mind if, would you mind if, would it be possible that, is it possible that, is it possible to, would it be possible to, is there a way to, is there any way to, any chance you can, any chance you could, any chance we could, do you think you could, do you think we could, could i ask you to, may i ask you to, i was wondering if you could, be so kind and, be so kind as to, do me a favor and, do me a favour and, feel free to",
    ),
    ("only", "nothing else, and nothing else"),
    ("without", "no more"),
    (
        "please",
        "from now on, if you can, if possible, if you dont mind, if you could, when you can, real quick, for a change",
    ),
    (
        "at-start",
        "before everything, before everything else, in front of everything, in front of everything else, before all others, before all the others, before all the other scenes, before anything else, in front of all the others, in front of the rest",
    ),
    ("analyze", "have a look at, take a look at, having a look at, check out"),
    ("rushes", "flies by, flies past, rushes by, goes by"),
    ("ensure", "make sure"),
    ("title-scene", "title card, title scene"),
    ("closing", "end card"),
    ("nevermind", "never mind"),
    ("last-for", "last for, should last, to last, go on for, run for"),
    ("color", "color scheme"),
    ("add", "set up, put together, come up with, whip up, throw in, drop in, tack on, bring in, put in, chuck in"),
    ("put", "stick on"),
    (
        "suggest",
        "how about, would be nice, would be great, would be good, would be cool, would be lovely, what about, there should be, there must be, there needs to be, there has to be, there ought to be, id love, would love, would be nice to have",
    ),
    (
        "unwanted",
        "not needed, isnt needed, no longer needed, not necessary, isnt necessary, unnecessary, superfluous, redundant, dont need, dont want, no longer need, no longer want, do without, no need for, not need, not want, tired of",
    ),
    ("too", "as well, also too"),
    ("slower", "too fast, too quick, too quickly, too rushed, too hectic, not slow enough, feels rushed"),
    ("shorter", "too long, too lengthy, not short enough"),
    ("longer", "too short, too brief, not long enough, isnt long enough"),
    ("smaller", "too big, too large, too huge, not small enough"),
    (
        "undo",
        "go back, take that back, take it back, previous version, roll back, put it back, change it back, restore",
    ),
    ("each", "per"),
    ("again", "one more time"),
    ("text", "line of text, text line, second line, another line, one more line"),
    (
        "instead-of",
        "would be better than, looks better than, is better than, would look better than, instead of, in place of, rather than",
    ),
    ("beginning", "up front, upfront"),
    ("end", "very end"),
];
