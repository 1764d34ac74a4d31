//! Tables for people.

/// Longest cell; the whole text is in the other formats.
const CELL_CHARS_MAX: usize = 200;

/// Rows under a head, columns as wide as need be; a sentence where there are no rows.
pub(super) fn text<const N: usize>(head: [&str; N], rows: &[[String; N]], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(|cell| fit(cell))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let head = head.map(str::to_uppercase);
    let lines: Vec<String> = std::iter::once(&head).chain(&rows).map(|row| line(row.each_ref(), &widths)).collect();
    lines.join("\n")
}

/// What a terminal can be given: no control characters, which others may have written, and no cell without end.
fn fit(cell: &str) -> String {
    let mut shown: String =
        cell.chars().take(CELL_CHARS_MAX).map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    if cell.chars().nth(CELL_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

fn line<const N: usize>(cells: [&String; N], widths: &[usize; N]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_cut_and_commands_no_terminal() {
        let row = ["x".repeat(100_000), "\u{1b}[31mred\n".to_owned()];
        let told = text(["long", "label"], &[row], "");
        assert!(told.contains(&format!("{}…  \u{fffd}[31mred\u{fffd}", "x".repeat(CELL_CHARS_MAX))), "{told}");
        assert_eq!(told.lines().count(), 2);
    }
}
