//! Words to which typos are corrected, and words that only look like typos of them.

/// Whether a word is one to which typos are corrected.
pub(in crate::brain::local) fn is_correctable(word: &str) -> bool {
    correctable().any(|known| known == word)
}

/// The words to which typos are corrected.
pub(in crate::brain::local) fn correctable() -> impl Iterator<Item = &'static str> {
    CORRECTABLE.split_whitespace()
}

/// Whether a common word looks like a typo of another, and is not.
pub(in crate::brain::local) fn is_innocent(word: &str) -> bool {
    INNOCENT.split_whitespace().any(|known| known == word)
}

const CORRECTABLE: &str = "\
    scene scenes delete remove change colour color background duration seconds second faster slower animation \
    picture image images longer shorter gradient bigger smaller closing opening purple yellow orange green white \
    black title rename replace bounce typewriter create insert speed shorten intro outro everything analyze \
    duplicate middle center bottom first third before after double logo blue text make last please previous \
    saying called minute length larger move extend photo describe heading update credits between ending beginning";
const INNOCENT: &str = "\
    scent seen scenery slow show fast late list lost post past cast least best test next tent take made male \
    mate maker makes moved movie more love mode fist tile titles write while wide whine slack block back blank \
    great greet greed greens speech spend spent intra photos afterwards alter often adder finger linger longest \
    shortest stronger younger blur glue clue blues true loge lego logos pleased pleasure place places peace \
    plane replay replaced changed changes charge chance closed losing insect inserts creates treat riddle \
    trouble couple doubles calls caller call falling saving paying laying staying things thing think thank \
    texture tests tears month minus minor minutes brand colony colon range ranger arrange there their these \
    three those where here with this that then than them lasts hello house welcome light right night might short \
    sort start stars large imagine imaging slider slides slide slowly lower flower tower power removed deleted \
    dated created forest thirst thirty birds burst force bottle button counter centers enter winter sender \
    tender render gender fade spin pulse bold blink reasons season beyond bounty mage page wage lasting taste \
    paste waste haste master matter laser father better butter letter sale sales lake like bake wake sake mark \
    maze mane name phone photon greeting whites team term tear lest lane fact reading healing little live line \
    life digger trigger moves store story sports shape share sharp into onto sending bending beginner mending lending";
