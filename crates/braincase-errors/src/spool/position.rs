//! How far a reader has come, in a small file that is replaced as a whole.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::SpoolError;

/// The number of the next payload to read, in each lane.
pub(super) type Position = [u64; 2];

const ENDING: &str = "position";

/// All readers that have ever come anywhere. A file that cannot be read is as good as none: its reader begins with the
/// oldest, and whoever gets a payload twice knows it by its id.
pub(super) fn load_all(dir: &Path) -> BTreeMap<String, Position> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let read = entries.filter_map(|entry| {
        let path = entry.path();
        let name = path.file_stem()?.to_str().filter(|name| is_name(name))?.to_owned();
        let text = (path.extension()? == ENDING).then(|| fs::read_to_string(&path).ok())??;
        Some((name, parse(&text)?))
    });
    read.collect()
}

/// Replaces what is kept. Not synced: after a loss of power an older position is there, and something is read twice.
pub(super) fn save(dir: &Path, name: &str, position: Position) -> Result<(), SpoolError> {
    let path = path(dir, name);
    let fresh = path.with_extension("tmp");
    fs::create_dir_all(dir).map_err(SpoolError::io("make the folder", dir))?;
    fs::write(&fresh, format(position)).map_err(SpoolError::io("write", &fresh))?;
    fs::rename(&fresh, &path).map_err(SpoolError::io("replace", &path))
}

/// A name that is the name of a file, too.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    (1..=32).contains(&name.len()) && name.chars().all(is_plain)
}

fn path(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.{ENDING}"))
}

/// With a checksum: a flipped bit must not let a reader skip what it has not read.
fn format([errors, notices]: Position) -> String {
    let numbers = format!("errors={errors} notices={notices}");
    format!("{numbers} crc={:08x}\n", crc32fast::hash(numbers.as_bytes()))
}

fn parse(text: &str) -> Option<Position> {
    let (numbers, _) = text.split_once(" crc=")?;
    let (errors, notices) = numbers.strip_prefix("errors=")?.split_once(" notices=")?;
    let position = [errors.parse().ok()?, notices.parse().ok()?];
    (format(position) == text).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::{format, is_name, parse};

    #[test]
    fn a_position_with_any_flipped_bit_is_none() {
        let text = format([120, 7]);
        assert_eq!(parse(&text), Some([120, 7]));

        for bit in 0..text.len() * 8 {
            let mut bytes = text.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(String::from_utf8(bytes).ok().and_then(|text| parse(&text)), None, "bit {bit}");
        }
    }

    #[test]
    fn names_cannot_leave_the_folder() {
        assert!(is_name("better_stack-2"));
        assert!(!["", "../x", "a/b", "a.b", "Ä", &"x".repeat(33)].into_iter().any(is_name));
    }
}
