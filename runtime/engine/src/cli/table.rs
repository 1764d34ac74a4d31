//! Tables for people.

/// Rows under a head, columns as wide as need be; a sentence where there are no rows.
pub(super) fn text<const N: usize>(head: [&str; N], rows: &[[String; N]], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let head = head.map(str::to_uppercase);
    let lines: Vec<String> = std::iter::once(&head).chain(rows).map(|row| line(row.each_ref(), &widths)).collect();
    lines.join("\n")
}

fn line<const N: usize>(cells: [&String; N], widths: &[usize; N]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}
