//! What a server says of its memory, read from its metrics.

use super::Heap;
use crate::metrics::{label, labels_of as labels};

/// The heap in a page of metrics; nothing if the server does not tell.
pub(super) fn heap(metrics: &str) -> Option<Heap> {
    let mut heap = Heap::default();
    let mut is_told = false;
    for line in metrics.lines() {
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let Ok(value) = value.parse::<f64>() else { continue };
        if let Some(labels) = labels(series, "braincase_heap_bytes") {
            if label(labels, "kind") == Some("allocated") {
                heap.allocated = value as u64;
                is_told = true;
            }
        } else if let Some(labels) = labels(series, "braincase_cache_weight")
            && label(labels, "unit") == Some("bytes")
            && let Some(name) = label(labels, "cache")
        {
            *heap.caches.entry(name.to_owned()).or_default() += value as u64;
        } else if ["reads", "writes"].iter().any(|kind| is_count(series, kind)) {
            heap.operations += value as u64;
        }
    }
    is_told.then_some(heap)
}

/// Whether a series counts what caches did of a kind.
fn is_count(series: &str, kind: &str) -> bool {
    labels(series, &format!("braincase_cache_{kind}_total")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heap_and_what_caches_declare_are_found() {
        let metrics = "# TYPE braincase_heap_bytes gauge\n\
            braincase_heap_bytes{kind=\"resident\"} 900\n\
            braincase_heap_bytes{kind=\"allocated\"} 700\n\
            braincase_cache_weight{cache=\"image_facts\",unit=\"bytes\"} 120\n\
            braincase_cache_weight{cache=\"tokens\",unit=\"bytes\"} 80\n\
            braincase_cache_weight{cache=\"few\",unit=\"entries\"} 5\n\
            braincase_cache_reads_total{cache=\"few\",result=\"hit\"} 30\n\
            braincase_cache_writes_total{cache=\"tokens\",result=\"created\"} 12\n\
            braincase_cache_loads_total{cache=\"tokens\",outcome=\"ok\"} 7\n\
            braincase_cache_weighty{cache=\"other\",unit=\"bytes\"} 5\n";
        let heap = heap(metrics).unwrap();
        assert_eq!((heap.allocated, heap.declared(), heap.unexplained()), (700, 200, 500));
        assert_eq!(heap.operations, 42);
        assert_eq!(heap.caches.keys().collect::<Vec<_>>(), ["image_facts", "tokens"]);
    }

    #[test]
    fn a_server_that_does_not_tell_has_no_heap() {
        assert_eq!(heap("braincase_cache_weight{cache=\"a\",unit=\"bytes\"} 1\n"), None);
        assert_eq!(heap("<html>not metrics</html>"), None);
    }
}
