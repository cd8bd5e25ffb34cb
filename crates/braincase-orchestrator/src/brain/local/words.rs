//! The vocabulary, as tables.

use super::{colors, numbers};

/// Different spellings and shorter forms of one word.
pub(super) const SYNONYMS: &[(&str, &str)] = &[
    ("colour", "color"), ("colours", "color"), ("colors", "color"), ("coloured", "color"), ("colored", "color"),
    ("colr", "color"), ("clor", "color"), ("coler", "color"), ("grey", "gray"), ("txt", "text"), ("bg", "background"), ("backgrounds", "background"),
    ("backdrop", "background"), ("wallpaper", "background"), ("centre", "center"), ("centred", "center"),
    ("centered", "center"), ("middle", "middle"), ("pls", "please"), ("plz", "please"), ("teh", "the"),
    ("scen", "scene"), ("scne", "scene"), ("scens", "scenes"), ("shot", "scene"), ("shots", "scenes"),
    ("clip", "scene"), ("clips", "scenes"), ("screen", "scene"), ("screens", "scenes"), ("pic", "image"),
    ("pics", "images"), ("picture", "image"), ("pictures", "images"), ("photo", "image"), ("photos", "images"),
    ("photograph", "image"), ("photographs", "images"), ("img", "image"), ("screenshot", "image"), ("erase", "delete"), ("discard", "delete"),
    ("scrap", "delete"), ("trash", "delete"), ("kill", "delete"), ("eliminate", "delete"), ("ditch", "delete"),
    ("del", "delete"), ("rm", "delete"), ("omit", "delete"), ("remove", "delete"), ("drop", "delete"), ("nuke", "delete"), ("wipe", "delete"),
    ("lose", "delete"), ("clear", "delete"), ("axe", "delete"), ("deleting", "delete"), ("removing", "delete"),
    ("create", "add"), ("insert", "add"), ("append", "add"), ("generate", "add"), ("include", "add"),
    ("prepend", "prepend"), ("adding", "add"), ("modify", "change"), ("alter", "change"), ("adjust", "change"),
    ("update", "change"), ("edit", "change"), ("switch", "change"), ("changing", "change"), ("making", "make"),
    ("paint", "color"), ("tint", "color"), ("recolor", "color"), ("recolour", "color"), ("quicker", "faster"), ("snappier", "faster"),
    ("swifter", "faster"), ("speedier", "faster"), ("accelerate", "faster"), ("larger", "bigger"), ("enlarge", "bigger"),
    ("shrink", "smaller"), ("tinier", "smaller"), ("lengthen", "longer"), ("extend", "longer"), ("prolong", "longer"),
    ("stretch", "longer"), ("shorten", "shorter"), ("trim", "shorter"), ("briefer", "shorter"), ("headline", "heading"),
    ("introduction", "intro"), ("opener", "opening"), ("closer", "closing"), ("ending", "closing"), ("finale", "closing"),
    ("conclusion", "closing"), ("outtro", "outro"), ("square", "rectangle"), ("box", "rectangle"), ("dot", "circle"),
    ("disc", "circle"), ("stars", "star"), ("circles", "circle"), ("arrows", "arrow"), ("rotate", "spin"),
    ("rotating", "spin"), ("spinning", "spin"), ("spins", "spin"), ("bouncing", "bounce"), ("bounces", "bounce"), ("bouncy", "bounce"),
    ("pulsing", "pulse"), ("pulsate", "pulse"), ("pulses", "pulse"), ("fading", "fade"), ("fades", "fade"), ("sliding", "slide"),
    ("zooming", "zoom"), ("zooms", "zoom"), ("type", "type"), ("sec", "seconds"), ("secs", "seconds"), ("s", "seconds"), ("millisecond", "ms"),
    ("milliseconds", "ms"), ("msec", "ms"), ("minutes", "minute"), ("min", "minute"), ("mins", "minute"), ("analyse", "analyze"),
    ("analysis", "analyze"), ("duplicate", "copy"), ("clone", "copy"), ("dont", "dont"), ("donot", "dont"),
    ("nd", "and"), ("n", "and"), ("w", "with"), ("u", "you"), ("r", "are"), ("caption", "text"), ("captions", "texts"), ("wording", "text"),
    ("words", "text"), ("sentence", "text"), ("lettering", "text"), ("font", "text"), ("letters", "text"), ("label", "text"), ("subtitle", "text"),
    ("heavier", "bold"), ("heavy", "bold"), ("bolder", "bold"), ("emphasize", "bold"), ("everything", "everything"),
    ("movie", "video"), ("film", "video"), ("storyboard", "video"), ("project", "video"), ("presentation", "video"),
    ("final", "final"), ("says", "says"), ("say", "says"), ("saying", "says"), ("reads", "says"), ("reading", "says"),
    ("read", "says"), ("stating", "says"), ("states", "says"), ("titled", "called"), ("named", "called"), ("entitled", "called"), ("relabel", "rename"),
    ("retitle", "rename"), ("mark", "mark"), ("pace", "tempo"), ("penultimate", "penultimate"), ("swapping", "swap"), ("exchange", "swap"),
    ("lasts", "last-for"), ("lasting", "last-for"), ("length", "duration"), ("runtime", "duration"), ("animations", "animation"),
    ("effect", "animation"), ("motion", "animation"), ("animated", "animate"), ("texts", "texts"), ("brand", "brand"), ("emblem", "logo"),
    ("cannot", "cant"), ("colums", "columns"), ("reposition", "move"), ("shift", "move"), ("drag", "move"),
];

/// Phrases that mean one word.
pub(super) const PHRASES: &[(&[&str], &str)] = &[
    (&["get", "rid", "of"], "delete"), (&["getting", "rid", "of"], "delete"), (&["take", "out"], "delete"),
    (&["take", "away"], "delete"), (&["throw", "away"], "delete"), (&["throw", "out"], "delete"), (&["toss"], "delete"),
    (&["kick", "out"], "delete"), (&["leave", "out"], "delete"), (&["do", "not"], "dont"), (&["should", "not"], "dont"),
    (&["shouldnt"], "dont"), (&["must", "not"], "dont"), (&["mustnt"], "dont"), (&["next", "to", "last"], "penultimate"), (&["second", "to", "last"], "penultimate"),
    (&["second", "last"], "penultimate"), (&["last", "but", "one"], "penultimate"), (&["one", "before", "last"], "penultimate"),
    (&["one", "before", "the", "last"], "penultimate"), (&["apart", "from"], "except"), (&["other", "than"], "except"), (&["aside", "from"], "except"),
    (&["all", "but"], "all-except"), (&["everything", "but"], "all-except"), (&["besides"], "except"), (&["excluding"], "except"),
    (&["in", "front", "of"], "before"), (&["ahead", "of"], "before"), (&["right", "after"], "after"), (&["right", "before"], "before"),
    (&["just", "after"], "after"), (&["just", "before"], "before"), (&["preceding"], "before"), (&["as", "well", "as"], "and"),
    (&["start", "over"], "start-over"), (&["start", "from", "scratch"], "start-over"), (&["thank", "you"], "thank-you"),
    (&["type", "writer"], "typewriter"), (&["typed", "out"], "typewriter"), (&["type", "out"], "typewriter"), (&["typing", "animation"], "typewriter"),
    (&["types", "out"], "typewriter"), (&["logo"], "logo"), (&["get", "bigger"], "bigger"), (&["blow", "up"], "bigger"), (&["speeding", "up"], "faster"), (&["a", "lot"], "much"), (&["way", "faster"], "much-faster"),
    (&["used", "to"], "used"), (&["make", "sure"], "ensure"), (&["title", "card"], "title-scene"), (&["title", "scene"], "title-scene"),
    (&["end", "card"], "closing"), (&["thank", "u"], "thank-you"), (&["never", "mind"], "nevermind"), (&["last", "for"], "last-for"), (&["should", "last"], "last-for"),
    (&["to", "last"], "last-for"), (&["go", "on", "for"], "last-for"), (&["run", "for"], "last-for"), (&["color", "scheme"], "color"),
];

/// Words that may stand before the noun "slide".
pub(super) const BEFORE_SCENE: &[&str] = &[
    "a", "the", "this", "that", "new", "each", "every", "last", "another", "closing", "opening", "intro", "outro", "final", "all",
    "middle", "next", "previous", "selected", "current", "pricing", "penultimate", "one", "more", "these", "those", "title", "credits", "empty", "blank", "add",
];
/// Words that make "slide" a motion.
pub(super) const AFTER_SLIDE_MOTION: &[&str] = &["in", "out", "animation", "from", "up", "down"];

/// Words at the head of a request that say nothing about what to do.
pub(super) const FILLERS: &[&str] = &[
    "please", "also", "now", "and", "can", "could", "would", "will", "you", "i", "we", "want", "to", "like", "lets", "let", "us", "just",
    "maybe", "next", "finally", "first", "firstly", "secondly", "thirdly", "lastly", "second", "third", "then", "afterwards", "kindly", "id",
    "hey", "hi", "hello", "ok", "okay", "so", "well", "actually", "after", "that", "thanks", "should", "need", "help", "me",
    "plus", "but", "only", "instead", "gonna", "go", "ahead", "im", "yes", "perhaps", "quickly", "simply", "additionally", "there", "id", "love", "great", "nice", "wanna", "oh", "mind", "try", "do", "ill", "all", "right", "alright", "sure", "cool", "kind",
];

/// Verbs that start a new step.
pub(super) const COMMANDS: &[&str] = &[
    "add", "delete", "change", "set", "make", "rename", "call", "move", "speed", "slow", "shorter", "longer", "give", "animate", "use",
    "replace", "turn", "write", "double", "halve", "center", "bigger", "smaller", "increase", "decrease", "reduce", "put", "place", "have",
    "swap", "show", "keep", "leave", "copy", "dont", "faster", "cut", "prepend", "analyze", "describe", "tell", "undo", "color",
    "apply", "start-over", "bold", "name", "repeat", "attach", "take", "raise", "lower", "title", "do", "same", "fill", "never", "zoom", "fade", "bounce", "spin", "start", "begin", "end", "finish", "flip", "hide",
];

pub(super) const SCENE: &[&str] = &["scene", "scenes"];
pub(super) const OPENING: &[&str] = &["intro", "opening", "title-scene", "opener", "cover"];
pub(super) const CLOSING: &[&str] = &["outro", "closing", "credits", "final", "end", "thank-you", "goodbye"];
pub(super) const IMAGE: &[&str] = &["image", "images", "logo", "graphic", "file", "files", "attachment", "attachments", "upload", "artwork", "illustration"];
pub(super) const TEXT: &[&str] = &["text", "texts", "heading", "title", "message", "copytext", "slogan", "tagline"];
pub(super) const ALL: &[&str] = &["everything", "all", "every", "each", "both", "everywhere", "whole", "entire", "video", "all-except"];
pub(super) const QUESTION: &[&str] = &["what", "how", "which", "why", "who", "when", "where", "whats", "is", "are", "does", "do", "did"];
pub(super) const NEGATION: &[&str] = &["dont", "never", "not", "nevermind"];

/// Words to which a typo is corrected.
pub(super) const CORRECTABLE: &[&str] = &[
    "scene", "scenes", "delete", "remove", "change", "colour", "color", "background", "duration", "seconds", "second", "faster", "slower",
    "animation", "picture", "image", "images", "longer", "shorter", "gradient", "bigger", "smaller", "closing", "opening", "purple", "yellow",
    "orange", "green", "white", "black", "title", "rename", "replace", "bounce", "typewriter", "create", "insert", "speed", "shorten",
    "intro", "outro", "everything", "analyze", "duplicate", "middle", "center", "bottom", "first", "third", "before", "after", "double",
    "logo", "blue", "text", "make", "last", "please", "previous", "saying", "called", "minute", "larger", "move", "extend", "photo", "describe", "heading", "update",
];

/// Common words that look like typos of others, and are not.
const INNOCENT: &[&str] = &[
    "scent", "seen", "scenery", "slow", "show", "fast", "late", "list", "lost", "post", "past", "cast", "least", "best", "test", "next", "tent",
    "take", "made", "male", "mate", "maker", "makes", "move", "moved", "movie", "more", "love", "mode", "fist", "title", "tile", "titles",
    "write", "while", "wide", "whine", "slack", "block", "back", "blank", "great", "greet", "greed", "greens", "speech", "spend", "spent",
    "intra", "photos", "afterwards", "alter", "often", "adder", "finger", "linger", "longest", "shortest", "stronger", "younger", "blur",
    "glue", "clue", "blues", "true", "loge", "lego", "logos", "pleased", "pleasure", "place", "places", "peace", "plane", "replay", "replaced",
    "changed", "changes", "charge", "chance", "closed", "losing", "insect", "inserts", "creates", "treat", "middle", "riddle", "trouble",
    "couple", "doubles", "calls", "caller", "call", "falling", "saving", "paying", "laying", "staying", "things", "thing", "think", "thank",
    "texture", "tests", "tears", "month", "minus", "minor", "minutes", "brand", "colony", "colon", "orange", "range", "ranger", "arrange",
    "there", "their", "these", "three", "those", "where", "here", "with", "this", "that", "then", "than", "them", "text", "last", "make",
    "lasts", "hello", "house", "welcome", "light", "right", "night", "might", "short", "sort", "start", "stars", "large", "larger", "image",
    "imagine", "imaging", "images", "slider", "slides", "slide", "slower", "slowly", "lower", "flower", "tower", "power", "removed", "delete",
    "deleted", "update", "dated", "create", "created", "forest", "thirst", "thirty", "birds", "burst", "force", "force", "bottle", "button",
    "counter", "centers", "enter", "winter", "sender", "tender", "render", "gender", "fade", "spin", "pulse", "bold", "color", "blink", "seconds",
    "reasons", "season", "beyond", "bounty", "mage", "page", "wage", "lasting", "taste", "paste", "waste", "haste", "master", "matter", "laser",
    "faster", "father", "better", "butter", "letter", "sale", "sales", "lake", "like", "bake", "wake", "sake", "mark", "maze", "mane", "name",
    "phone", "photon", "greeting", "black", "whites", "team", "term", "tear", "lest", "lane", "fact", "heading", "reading", "healing", "title", "little", "live", "line", "life", "blue", "bigger", "digger", "trigger", "moves", "store", "story", "sports", "shorten", "shorter", "shape", "share", "sharp",
];

/// Whether a word is spelled as it should be, as far as we know.
pub(super) fn is_known(word: &str) -> bool {
    COMMANDS.contains(&word)
        || FILLERS.contains(&word)
        || CORRECTABLE.contains(&word)
        || INNOCENT.contains(&word)
        || colors::named(word).is_some()
        || numbers::ordinal(word).is_some()
}

/// Whether a word is one that the rules know; a title made of such words needs more evidence to be meant.
pub(super) fn is_reserved(word: &str) -> bool {
    is_known(word)
        || [SCENE, IMAGE, TEXT, ALL, QUESTION, NEGATION].iter().any(|table| table.contains(&word))
        || ["the", "a", "an", "of", "in", "on", "our", "my", "your", "its", "it", "is", "at", "for", "by", "or", "one", "with", "from", "over", "up", "star", "circle", "arrow", "shape", "bold", "top", "left", "right", "end", "beginning"].contains(&word)
}
