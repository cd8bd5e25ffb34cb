//! What the parts of a project take of the heap, beyond their own size.

#[cfg(test)]
mod tests;

use std::mem::size_of;

use braincase_core::{
    color::Color,
    image::{Analysis, Image, ImageFacts, Region, Swatch},
    memory::Memory,
    scene::{Content, Element, Scene},
};

/// What the counts of an `Arc` and the three words of a `Vec` take.
const SHARED_LIST: usize = 40;
/// No allocator cuts finer.
const GRAIN: usize = 16;
/// What glibc puts before each piece; jemalloc puts nothing there.
const HEADER: usize = 8;

/// Something that knows what it takes of the heap.
pub(crate) trait Heap {
    /// Bytes of the heap, beyond its own size.
    fn heap(&self) -> usize;
}

/// What a shared list takes in all.
pub(crate) fn heap_of<T: Heap>(list: &Vec<T>) -> u64 {
    let each: usize = list.iter().map(Heap::heap).sum();
    (piece(SHARED_LIST) + piece(list.capacity() * size_of::<T>()) + each) as u64
}

/// What an allocation of so many bytes takes at most. jemalloc has four sizes between two powers of two, from 16 bytes on.
const fn piece(bytes: usize) -> usize {
    if bytes == 0 {
        return 0;
    }
    let bytes = bytes + HEADER;
    let step = bytes.next_power_of_two() / 8;
    bytes.next_multiple_of(if step > GRAIN { step } else { GRAIN })
}

impl Heap for Scene {
    fn heap(&self) -> usize {
        let each: usize = self.spec.elements.iter().map(Heap::heap).sum();
        piece(self.spec.title.as_str().len()) + piece(self.spec.elements.capacity() * size_of::<Element>()) + each
    }
}

impl Heap for Element {
    fn heap(&self) -> usize {
        let content = match &self.content {
            Content::Text(content) => piece(content.text.as_str().len()),
            Content::Shape(_) => 0,
            Content::Image(content) => {
                let alt = content.alt.as_ref().map_or(0, |alt| piece(alt.as_str().len()));
                alt + piece(content.palette.capacity() * size_of::<Color>())
            }
        };
        piece(self.id.as_str().len()) + content
    }
}

impl Heap for Memory {
    fn heap(&self) -> usize {
        piece(self.key.capacity()) + piece(self.value.capacity()) + piece(self.provenance.capacity())
    }
}

impl Heap for Image {
    fn heap(&self) -> usize {
        match &self.analysis {
            Analysis::Pending => 0,
            Analysis::Ready(facts) => piece(size_of::<ImageFacts>()) + facts.heap(),
            Analysis::Failed(problem) => piece(problem.capacity()),
        }
    }
}

impl Heap for ImageFacts {
    fn heap(&self) -> usize {
        let palette = piece(self.palette.capacity() * size_of::<Swatch>());
        let lists = palette + piece(self.regions.capacity() * size_of::<Region>());
        let names: usize = self.regions.iter().map(|region| piece(region.name.capacity())).sum();
        let texts = [&self.description, &self.perceptual_hash, &self.source];
        lists + names + texts.map(|text| piece(text.capacity())).iter().sum::<usize>()
    }
}
