//! Writes the tables of each vocabulary, so that a program need not load it.

#[path = "src/encoding/layout.rs"]
mod layout;

use std::{collections::HashMap, error::Error, fs, path::PathBuf};

use bpe_openai::byte_pair_encoding::BytePairEncoding;
use layout::{KEY, Key, NO_ENTRY, NO_KEY, NUMBER_BITS, edge, hash_key, hash_number, key, pair};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/encoding/layout.rs");
    write("o200k", &bpe_openai::o200k_base().bpe)?;
    write("cl100k", &bpe_openai::cl100k_base().bpe)
}

fn write(name: &str, bpe: &BytePairEncoding) -> Result<(), Box<dyn Error>> {
    let tokens: Vec<&[u8]> = (0..bpe.num_tokens() as u32).map(|token| bpe.token_bytes(token)).collect();
    let numbers: HashMap<&[u8], u32> = tokens.iter().copied().zip(0..).collect();
    let bytes = (0..=u8::MAX).map(|byte| numbers.get(&[byte][..]).copied().ok_or("a byte is no token"));
    let bytes = bytes.collect::<Result<Vec<u32>, _>>()?;
    let splits = splits(&tokens, &bytes)?;
    let merges = splits.iter().zip(0..).filter(|((left, _), token)| left != token);
    let pairs = merges.map(|((left, right), token)| (pair(*left, *right), token));

    let folder = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo says where to write")?);
    let save = |table: &str, content: Vec<u8>| fs::write(folder.join(format!("{name}.{table}")), content);
    save("words", words(&tokens))?;
    save("pairs", map(pairs.collect()))?;
    save("tree", map(tree(&tokens, numbers)))?;
    save(
        "splits",
        splits.iter().flat_map(|(left, right)| [left.to_le_bytes(), right.to_le_bytes()]).flatten().collect(),
    )?;
    save("bytes", bytes.iter().flat_map(|token| token.to_le_bytes()).collect())?;
    Ok(())
}

/// The two tokens that each is merged from; a byte is merged from nothing, and has itself twice.
fn splits(tokens: &[&[u8]], bytes: &[u32]) -> Result<Vec<(u32, u32)>, Box<dyn Error>> {
    let mut merged: HashMap<(u32, u32), u32> = HashMap::new();
    let mut splits = Vec::new();
    for (token, number) in tokens.iter().zip(0..) {
        let mut parts: Vec<u32> = token.iter().map(|byte| bytes[usize::from(*byte)]).collect();
        // Tokens come in the order in which they are merged, so that those before this one are all that is needed.
        while let Some((first, at)) =
            parts.windows(2).zip(0..).filter_map(|(p, at)| Some((*merged.get(&(p[0], p[1]))?, at))).min()
        {
            parts.splice(at..at + 2, [first]);
        }
        let split = match parts[..] {
            [_] => (number, number),
            [left, right] => (left, right),
            _ => return Err(format!("token {number} is not merged from two").into()),
        };
        if split != (number, number) {
            merged.insert(split, number);
        }
        splits.push(split);
    }
    Ok(splits)
}

/// The set of those that are short enough for a key.
fn words(tokens: &[&[u8]]) -> Vec<u8> {
    let mut slots = vec![NO_KEY; (2 * tokens.len()).next_power_of_two()];
    let mask = slots.len() - 1;
    for token in tokens.iter().filter(|token| token.len() <= KEY && !token.contains(&0xff)) {
        let key = key(token, 0, token.len());
        let mut slot = hash_key(key) & mask;
        while slots[slot] != NO_KEY {
            slot = (slot + 1) & mask;
        }
        slots[slot] = key;
    }
    slots.into_iter().flat_map(Key::to_le_bytes).collect()
}

/// The edges of the tree whose nodes are the beginnings of tokens. A node that is a token has its number.
fn tree<'t>(tokens: &[&'t [u8]], mut nodes: HashMap<&'t [u8], u32>) -> Vec<(u64, u32)> {
    let mut next = tokens.len() as u32;
    for token in tokens {
        for len in 1..token.len() {
            nodes.entry(&token[..len]).or_insert_with(|| {
                next += 1;
                next - 1
            });
        }
    }
    let edges = nodes.iter().filter_map(|(bytes, node)| {
        let (last, parent) = bytes.split_last()?;
        Some((edge(*nodes.get(parent)?, *last), *node))
    });
    let mut edges: Vec<_> = edges.collect();
    // Builds are to be the same, and hash maps are not.
    edges.sort_unstable();
    edges
}

fn map(entries: Vec<(u64, u32)>) -> Vec<u8> {
    let mut slots = vec![NO_ENTRY; (entries.len() * 3 / 2).next_power_of_two()];
    let mask = slots.len() - 1;
    for (asked, number) in entries {
        let mut slot = hash_number(asked) & mask;
        while slots[slot] != NO_ENTRY {
            slot = (slot + 1) & mask;
        }
        slots[slot] = asked << NUMBER_BITS | u64::from(number);
    }
    slots.into_iter().flat_map(u64::to_le_bytes).collect()
}
