//! Tables for people.

/// Prints rows under a head, columns as wide as need be; nothing but a sentence where there are no rows.
pub(super) fn print<const N: usize>(head: [&str; N], rows: &[[String; N]], none: &str) {
    if rows.is_empty() {
        println!("{none}");
        return;
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    line(head.map(str::to_uppercase).each_ref(), &widths);
    for row in rows {
        line(row.each_ref(), &widths);
    }
}

fn line<const N: usize>(cells: [&String; N], widths: &[usize; N]) {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    println!("{}", padded.join("  ").trim_end());
}
