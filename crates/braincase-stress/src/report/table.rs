//! Aligned tables of text.

/// Which side the cells of a column lean to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Lays out rows under a head; every row has as many cells as the head.
#[must_use]
pub fn align(head: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].0.chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(head).zip(&widths).map(|((cell, (_, side)), width)| match side {
            Side::Left => format!("{cell:<width$}"),
            Side::Right => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().map(|(name, _)| *name))];
    lines.push("─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)));
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// Milliseconds as people read them: `412 ms`, `3.21 s`.
#[must_use]
pub fn time(ms: f64) -> String {
    match ms {
        ms if !ms.is_finite() => "–".to_owned(),
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.2} s", ms / 1e3),
    }
}

/// Bytes in MiB.
#[must_use]
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Few bytes in KiB; a negative number is shown as one.
#[must_use]
pub fn kibibytes(bytes: f64) -> String {
    format!("{:.2} KiB", bytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["längste".to_owned(), "12345".to_owned()]];
        insta::assert_snapshot!(align(&[("name", Side::Left), ("n", Side::Right)], &rows), @"
        name         n
        ──────────────
        a            1
        längste  12345
        ");
    }

    #[test]
    fn times_are_told_in_the_unit_that_fits() {
        assert_eq!([time(0.24), time(412.3), time(3_214.0)], ["0.2 ms", "412 ms", "3.21 s"]);
    }
}
