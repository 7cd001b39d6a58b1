//! Columns of text that line up, and lists broken at the end of the line.

/// Rows in columns, two spaces between them, none at the end of a line.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| chars(c)).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// `items` with commas between, broken so that no line is longer than `width`, lines after the
/// first indented by `indent`, where the first line starts too.
pub fn list(items: &[String], indent: usize, width: usize) -> String {
    let mut text = String::new();
    let mut column = indent;
    for (index, item) in items.iter().enumerate() {
        let comma = if index + 1 < items.len() { "," } else { "" };
        let needed = chars(item) + comma.len();
        if index > 0 && column + 1 + needed > width {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(item);
        text.push_str(comma);
        column += needed;
    }
    text
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(items: &[&str]) -> Vec<String> {
        items.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn columns_line_up_without_trailing_spaces() {
        let rows = [strings(&["a", "long one", "x"]), strings(&["bcd", "é", ""])];
        assert_eq!(table(&rows), "a    long one  x\nbcd  é\n");
        assert_eq!(table(&[]), "");
    }

    #[test]
    fn lists_break_before_the_end_of_the_line() {
        let items = strings(&["one", "two", "three", "four"]);
        assert_eq!(list(&items, 2, 12), "one, two,\n  three,\n  four");
        assert_eq!(list(&items, 2, 80), "one, two, three, four");
        assert_eq!(list(&[], 2, 80), "");
    }
}
