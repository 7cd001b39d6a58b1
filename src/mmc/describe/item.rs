//! A field as a person needs it: its name, what it holds, what that means, and where it stands.
//! Knows no command.

use crate::units::{Blocks, Lba, Rate};

/// A field, or a group of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is called, lower case.
    pub name: String,
    /// What it holds.
    pub value: Value,
    /// What a number counts; empty where it counts nothing.
    pub unit: &'static str,
    /// What it means; empty where the value says it all.
    pub meaning: String,
    /// Where it stands. None for a group, and for what is made of several fields.
    pub place: Option<Place>,
    /// What is in a group.
    pub items: Vec<Item>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A group of fields.
    Group,
    /// A bit.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A number that stands for something, and its hex digits.
    Code(u32, usize),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Where a field stands in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its first byte, from 0.
    pub at: usize,
    /// Bytes of it.
    pub len: usize,
    /// Its bits in that byte, where it has less than eight.
    pub mask: Option<u8>,
}

impl Place {
    /// Where it ends: the byte behind it.
    pub fn end(self) -> usize {
        self.at.saturating_add(self.len)
    }
}

impl Item {
    fn new(name: impl Into<String>, value: Value) -> Item {
        let (unit, meaning) = ("", String::new());
        Item { name: name.into(), value, unit, meaning, place: None, items: Vec::new() }
    }

    /// Fields that belong together.
    pub fn group(name: impl Into<String>, items: Vec<Item>) -> Item {
        Item { items, ..Item::new(name, Value::Group) }
    }

    /// A bit.
    pub fn flag(name: impl Into<String>, on: bool) -> Item {
        Item::new(name, Value::Flag(on))
    }

    /// A number.
    pub fn number(name: impl Into<String>, number: impl Into<i64>) -> Item {
        Item::new(name, Value::Number(number.into()))
    }

    /// A number that stands for something.
    pub fn code(name: impl Into<String>, code: impl Into<u32>, meaning: impl Into<String>) -> Item {
        Item::new(name, Value::Code(code.into(), 2)).means(meaning)
    }

    /// The same of four digits.
    pub fn code16(name: impl Into<String>, code: u16, meaning: impl Into<String>) -> Item {
        Item::new(name, Value::Code(code.into(), 4)).means(meaning)
    }

    /// Text.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Item {
        Item::new(name, Value::Text(text.into()))
    }

    /// Bytes.
    pub fn bytes(name: impl Into<String>, bytes: &[u8]) -> Item {
        Item::new(name, Value::Bytes(bytes.to_vec()))
    }

    /// An address.
    pub fn lba(name: impl Into<String>, lba: Lba) -> Item {
        Item::number(name, lba.0)
    }

    /// A number of sectors.
    pub fn blocks(name: impl Into<String>, blocks: Blocks) -> Item {
        Item::number(name, blocks.0).unit("sectors")
    }

    /// A speed.
    pub fn rate(name: impl Into<String>, rate: Rate) -> Item {
        Item::number(name, rate.kbps).unit("kB/s")
    }

    /// With what it counts.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Item {
        self.unit = unit;
        self
    }

    /// With what it means.
    #[must_use]
    pub fn means(mut self, meaning: impl Into<String>) -> Item {
        self.meaning = meaning.into();
        self
    }

    /// At these bytes.
    #[must_use]
    pub fn at(mut self, at: usize, len: usize) -> Item {
        self.place = Some(Place { at, len, mask: None });
        self
    }

    /// At these bits of a byte.
    #[must_use]
    pub fn bits(mut self, at: usize, mask: u8) -> Item {
        let mask = Some(mask).filter(|mask| *mask != 0xff);
        self.place = Some(Place { at, len: 1, mask });
        self
    }

    /// The same, further back by so many bytes: of a descriptor in a list.
    #[must_use]
    pub fn moved(mut self, by: usize) -> Item {
        if let Some(place) = &mut self.place {
            place.at += by;
        }
        self.items = self.items.into_iter().map(|item| item.moved(by)).collect();
        self
    }

    /// Where the last of its bytes ends.
    pub fn end(&self) -> usize {
        let own = self.place.map_or(0, Place::end);
        self.items.iter().map(Item::end).fold(own, usize::max)
    }

    /// Without what stands beyond `len` bytes: what did not come. `None` if nothing is left.
    pub fn within(mut self, len: usize) -> Option<Item> {
        if self.place.is_some_and(|place| place.end() > len) {
            return None;
        }
        let group = self.value == Value::Group;
        self.items = self.items.into_iter().filter_map(|item| item.within(len)).collect();
        (!group || !self.items.is_empty()).then_some(self)
    }
}

/// The meaning of a number in a table of them.
pub fn meaning(table: &[(u32, &'static str)], code: impl Into<u32>) -> &'static str {
    let code = code.into();
    table.iter().find(|(known, _)| *known == code).map_or("not known", |(_, meaning)| meaning)
}

/// `a byte`, `3 bytes`.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_come_is_left_out() {
        let item = Item::group(
            "both",
            vec![Item::number("a", 1).at(0, 2), Item::flag("b", true).bits(2, 0x80).moved(2)],
        );
        assert_eq!(item.end(), 5);
        assert_eq!(item.clone().within(5), Some(item.clone()));
        assert_eq!(item.clone().within(4).map(|item| item.items.len()), Some(1));
        assert_eq!(item.within(1), None);
    }

    #[test]
    fn meanings_come_from_their_table() {
        let table = [(0, "none"), (2, "two")];
        assert_eq!(meaning(&table, 2u8), "two");
        assert_eq!(meaning(&table, 1u8), "not known");
    }
}
