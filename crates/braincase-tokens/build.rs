//! Writes the tables of each vocabulary, so that a program need not load it.

#[path = "src/encoding/layout.rs"]
mod layout;

use std::{collections::HashMap, error::Error, fs, path::PathBuf};

use bpe_openai::byte_pair_encoding::BytePairEncoding;
use layout::{
    KEY, Key, NO_ENTRY, NO_KEY, NO_TOKEN, NUMBER_BITS, NUMBERS, PAIR_FILTER, RECORD, TREE_BITS, edge, filter_bit,
    follower, hash_key, hash_number, is_short, key, pair,
};

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
    let pairs = merges.map(|((left, right), token)| (pair(*left, *right), u64::from(token)));

    let folder = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo says where to write")?);
    let save = |table: &str, content: Vec<u8>| fs::write(folder.join(format!("{name}.{table}")), content);
    let (short, long) = words(&tokens);
    save("short_words", short)?;
    save("long_words", long)?;
    let pairs: Vec<_> = pairs.collect();
    save("pair_filter", filter(&pairs))?;
    save("pairs", map(NUMBER_BITS, pairs))?;
    let tree = tree(&tokens, numbers.clone());
    save("starts", starts(&bytes, tokens.len(), &tree))?;
    save("tree", map(TREE_BITS, tree))?;
    save("tokens", splits.iter().zip(&tokens).flat_map(|(split, token)| record(*split, token, &numbers)).collect())?;
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

/// What a token is merged from, the longest other token that it begins with, and its length.
fn record((left, right): (u32, u32), token: &[u8], numbers: &HashMap<&[u8], u32>) -> [u8; RECORD] {
    let shorter = (1..token.len()).rev().find_map(|len| numbers.get(&token[..len]).copied());
    let fields = [left, right, shorter.unwrap_or(NO_TOKEN), token.len() as u32];
    let mut record = [0; RECORD];
    record.as_chunks_mut().0.copy_from_slice(&fields.map(u32::to_le_bytes));
    record
}

/// The set of those that are short enough for a key. Most are half as long, and have a set where they lie closer.
fn words(tokens: &[&[u8]]) -> (Vec<u8>, Vec<u8>) {
    let keys = tokens.iter().filter(|token| token.len() <= KEY && !token.contains(&0xff));
    let (short, long): (Vec<Key>, Vec<Key>) =
        keys.map(|token| key(token, 0, token.len())).partition(|key| is_short(*key));
    let short = set(&short).into_iter().flat_map(|key| (key as u64).to_le_bytes()).collect();
    (short, set(&long).into_iter().flat_map(Key::to_le_bytes).collect())
}

fn set(keys: &[Key]) -> Vec<Key> {
    let mut slots = vec![NO_KEY; (keys.len() * 3 / 2).next_power_of_two()];
    let mask = slots.len() - 1;
    for key in keys {
        let mut slot = hash_key(*key) & mask;
        while slots[slot] != NO_KEY {
            slot = (slot + 1) & mask;
        }
        slots[slot] = *key;
    }
    slots
}

/// The edges of the tree whose nodes are the beginnings of tokens. A node that is a token has its number.
fn tree<'t>(tokens: &[&'t [u8]], mut nodes: HashMap<&'t [u8], u32>) -> Vec<(u64, u64)> {
    let mut next = tokens.len() as u32;
    for token in tokens {
        for len in 1..token.len() {
            nodes.entry(&token[..len]).or_insert_with(|| {
                next += 1;
                next - 1
            });
        }
    }
    let mut followers = vec![0; next as usize];
    for (bytes, node) in nodes.keys().filter_map(|bytes| Some((bytes.last()?, nodes.get(&bytes[..bytes.len() - 1])?))) {
        followers[*node as usize] |= follower(*bytes);
    }
    let edges = nodes.iter().filter_map(|(bytes, node)| {
        let (last, parent) = bytes.split_last()?;
        Some((edge(*nodes.get(parent)?, *last), u64::from(*node) | followers[*node as usize] << NUMBER_BITS))
    });
    let mut edges: Vec<_> = edges.collect();
    // Builds are to be the same, and hash maps are not.
    edges.sort_unstable();
    edges
}

/// For every two bytes, where in the tree they lead, and the longest token that they begin with.
fn starts(bytes: &[u32], tokens: usize, tree: &[(u64, u64)]) -> Vec<u8> {
    let edges: HashMap<u64, u64> = tree.iter().copied().collect();
    let start = |first: usize, second: u8| {
        let byte = u64::from(bytes[first]);
        match edges.get(&edge(bytes[first], second)) {
            Some(node) if node & NUMBERS < tokens as u64 => node | (node & NUMBERS) << TREE_BITS,
            Some(node) => node | byte << TREE_BITS,
            // Nothing may follow.
            None => byte | byte << TREE_BITS,
        }
    };
    (0..=u16::MAX).flat_map(|two| start(usize::from(two >> 8), two as u8).to_le_bytes()).collect()
}

/// A bit for each pair. Most that are asked for are no pair, and mostly their bit says so.
fn filter(pairs: &[(u64, u64)]) -> Vec<u8> {
    let mut filter = vec![0; PAIR_FILTER];
    for (pair, _) in pairs {
        let bit = filter_bit(*pair);
        filter[bit / 8] |= 1 << (bit % 8);
    }
    filter
}

/// Where each entry has its value below what is asked for.
fn map(value_bits: u32, entries: Vec<(u64, u64)>) -> Vec<u8> {
    let mut slots = vec![NO_ENTRY; (entries.len() * 3 / 2).next_power_of_two()];
    let mask = slots.len() - 1;
    for (asked, value) in entries {
        let mut slot = hash_number(asked) & mask;
        while slots[slot] != NO_ENTRY {
            slot = (slot + 1) & mask;
        }
        slots[slot] = asked << value_bits | value;
    }
    slots.into_iter().flat_map(u64::to_le_bytes).collect()
}
