//! The page of metrics that a server shows, read as any scraper would.

/// One page in Prometheus text format.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a>(pub &'a str);

impl Page<'_> {
    /// The sum of all series of a name that have these labels; nothing if there is none.
    #[must_use]
    pub fn sum(&self, name: &str, wanted: &[(&str, &str)]) -> Option<f64> {
        let of_name = |line: &str| {
            let (series, value) = line.rsplit_once(' ')?;
            let labels = labels_of(series, name)?;
            let has_all = wanted.iter().all(|(key, text)| label(labels, key) == Some(text));
            if has_all { value.parse::<f64>().ok() } else { None }
        };
        let values: Vec<f64> = self.0.lines().filter_map(of_name).collect();
        (!values.is_empty()).then(|| values.iter().sum())
    }
}

/// The labels of a series, if it has this name.
pub(crate) fn labels_of<'a>(series: &'a str, name: &str) -> Option<&'a str> {
    let rest = series.strip_prefix(name)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('{')?.strip_suffix('}') }
}

/// The value of a label.
pub(crate) fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    labels.split(',').find_map(|label| label.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_a_name_are_added_up_by_their_labels() {
        let page = Page("# TYPE a counter\na{x=\"1\",y=\"2\"} 3\na{x=\"2\"} 4\nab 5\nb 6\n");
        assert_eq!(page.sum("a", &[]), Some(7.0));
        assert_eq!(page.sum("a", &[("x", "1")]), Some(3.0));
        assert_eq!((page.sum("b", &[]), page.sum("a", &[("x", "9")]), page.sum("c", &[])), (Some(6.0), None, None));
    }
}
