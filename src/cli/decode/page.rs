//! Descriptions as text: aligned, as wide as the terminal but no wider than one reads, the bytes
//! beside the fields where they are wanted.

use std::fmt::Write as _;

use oxidisc::formats::hex;
use oxidisc::mmc::describe::{Item, Place, Value};

use super::document::bits;
use crate::cli::App;
use crate::cli::human::{self, wrap};
use crate::cli::output::{Printer, Style};
use oxidisc::units::SECTOR;

/// Where lines end at the latest: text is read in columns, not across the room.
const WIDTH: usize = 80;
/// The same where the bytes stand beside the fields.
const WIDTH_WITH_BYTES: usize = 100;
/// A terminal narrower than this breaks lines itself.
const WIDTH_MIN: usize = 32;
/// Labels are no wider than this; a longer one moves its value.
const LABEL_MAX: usize = 32;
/// Bytes of a field that are shown.
const SHOWN: usize = 48;

/// A text in the making.
pub struct Page<'a> {
    printer: &'a Printer,
    text: String,
    width: usize,
}

impl<'a> Page<'a> {
    /// An empty one, with the bytes beside the fields or without.
    pub fn new(app: &'a App, with_bytes: bool) -> Page<'a> {
        let most = if with_bytes { WIDTH_WITH_BYTES } else { WIDTH };
        let columns = terminal_size::terminal_size_of(std::io::stdout());
        let columns = columns.map_or(most, |(width, _)| usize::from(width.0));
        let width = columns.clamp(WIDTH_MIN, most);
        Page { printer: &app.printer, text: String::new(), width }
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The first line, for the eye.
    pub fn title(&mut self, text: &str) {
        self.styled(Style::Strong, text);
    }

    /// A heading after an empty line.
    pub fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.styled(Style::Strong, text);
    }

    /// The heading of what needs a look.
    pub fn warning(&mut self, text: &str) {
        self.text.push('\n');
        self.styled(Style::Warn, text);
    }

    fn styled(&mut self, style: Style, text: &str) {
        for line in wrap(text, self.width) {
            let _ = writeln!(self.text, "{}", self.printer.style(style, &line));
        }
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.row("", 0, text);
    }

    /// Rows of a label and a text.
    pub fn rows<'t>(&mut self, rows: &[(&'t str, &'t str)]) {
        let label = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (name, text) in rows {
            self.row(name, label, text);
        }
    }

    fn row(&mut self, name: &str, label: usize, text: &str) {
        let column = if label == 0 { 2 } else { label + 4 };
        let mut lines = wrap(text, self.width.saturating_sub(column)).into_iter();
        let first = lines.next().unwrap_or_default();
        let start = format!("  {name:<label$}{}", if label == 0 { "" } else { "  " });
        let _ = writeln!(self.text, "{}", format!("{start}{first}").trim_end());
        for line in lines {
            let _ = writeln!(self.text, "{:column$}{line}", "");
        }
    }

    /// Fields, and their bytes where these are given.
    pub fn items(&mut self, items: &[Item], data: Option<&[u8]>) {
        self.items_at(items, data, 0);
    }

    fn items_at(&mut self, items: &[Item], data: Option<&[u8]>, depth: usize) {
        let indent = 2 * depth;
        let label = |item: &Item| item.name.chars().count();
        let of_values = items.iter().filter(|item| !value(item, false).is_empty());
        let width = of_values.map(label).max().unwrap_or(0).min(LABEL_MAX);
        for item in items {
            let margin = data.map(|data| margin(item.place, data)).unwrap_or_default();
            let name = capital(&item.name);
            let value = value(item, data.is_some());
            if value.is_empty() {
                let _ = writeln!(self.text, "{margin}  {:indent$}{name}", "");
            } else {
                let column = margin.chars().count() + 2 + indent + width + 2;
                let room = self.width.saturating_sub(column).max(WIDTH_MIN / 2);
                let mut lines = wrap(&value, room).into_iter();
                let first = lines.next().unwrap_or_default();
                let _ = writeln!(self.text, "{margin}  {:indent$}{name:<width$}  {first}", "");
                for line in lines {
                    let _ = writeln!(self.text, "{:column$}{line}", "");
                }
            }
            self.items_at(&item.items, data, depth + 1);
        }
    }

    /// What is odd, a line each.
    pub fn remarks(&mut self, remarks: &[String]) {
        if remarks.is_empty() {
            return;
        }
        self.warning("Remarks");
        let rows: Vec<(&str, &str)> = remarks.iter().map(|remark| ("-", remark.as_str())).collect();
        for (dash, text) in rows {
            self.row(dash, 1, text);
        }
    }
}

/// `  12.7-4  8a 00 00 00+ `: where a field stands, and its bytes.
fn margin(place: Option<Place>, data: &[u8]) -> String {
    let Some(place) = place else { return format!("{:24}", "") };
    let at = match place.mask {
        Some(mask) => format!("{}.{}", place.at, bits(mask)),
        None => place.at.to_string(),
    };
    let bytes = data.get(place.at..place.end()).unwrap_or_default();
    let shown = hex::text(&bytes[..bytes.len().min(4)]);
    let more = if bytes.len() > 4 { "+" } else { "" };
    format!("{at:>9}  {:<13}", format!("{shown}{more}"))
}

/// A field's value in words.
fn value(item: &Item, whole: bool) -> String {
    let meaning = item.meaning.as_str();
    let beside = |value: String| match meaning {
        "" => value,
        meaning => format!("{value}: {meaning}"),
    };
    match &item.value {
        Value::Group => meaning.to_string(),
        Value::Flag(true) if meaning.is_empty() => "yes".into(),
        Value::Flag(true) => format!("yes: {meaning}"),
        Value::Flag(false) => beside("no".into()),
        Value::Number(number) => beside(counted(*number, item.unit)),
        Value::Code(code, digits) => {
            let code = format!("{code:0digits$x}h");
            if meaning.is_empty() { code } else { format!("{meaning} ({code})") }
        }
        Value::Text(text) => beside(text.clone()),
        Value::Bytes(bytes) => {
            let shown = if whole { bytes.len() } else { bytes.len().min(SHOWN) };
            let text = hex::text(&bytes[..shown]);
            let more = bytes.len() - shown;
            beside(if more > 0 { format!("{text} and {more} more bytes") } else { text })
        }
    }
}

/// `32 sectors, 64.0 KiB`.
fn counted(number: i64, unit: &str) -> String {
    let unit = if number == 1 { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
    match (unit, u64::try_from(number)) {
        ("", _) => number.to_string(),
        ("%", _) => format!("{number} %"),
        ("sectors", Ok(count)) => {
            format!("{number} sectors, {}", human::bytes(count.saturating_mul(SECTOR as u64)))
        }
        _ => format!("{number} {unit}"),
    }
}

/// With a capital letter at its start.
fn capital(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_words() {
        let text = |item: Item| value(&item, false);
        assert_eq!(text(Item::code("state", 2u8, "complete")), "complete (02h)");
        assert_eq!(text(Item::code16("feature", 0x107, "")), "0107h");
        assert_eq!(text(Item::number("length", 1).unit("sectors")), "1 sector");
        assert_eq!(text(Item::number("length", 32).unit("sectors")), "32 sectors, 64.0 KiB");
        assert_eq!(text(Item::flag("on", true).means("set")), "yes: set");
        assert_eq!(text(Item::flag("on", false)), "no");
        assert_eq!(
            text(Item::bytes("b", &[1; 50])).len(),
            SHOWN * 3 - 1 + " and 2 more bytes".len()
        );
        assert_eq!(margin(Item::flag("b", true).bits(12, 0xf0).place, &[0xab; 13]), {
            "   12.7-4  ab           "
        });
    }
}
