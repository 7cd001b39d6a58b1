//! The answer of GET CONFIGURATION. What is in a feature is told by the table of features.

use super::item::Item;
use crate::formats::hex;
use crate::mmc::cmd::get_configuration::{Configuration, Feature};
use crate::mmc::feature::Value;
use crate::mmc::profile::Profile;

/// Its fields.
pub(super) fn items(configuration: &Configuration) -> Vec<Item> {
    let profile = Profile::from(configuration.current_profile);
    let code = configuration.current_profile;
    let mut items = vec![Item::code16("current profile", code, profile.to_string()).at(6, 2)];
    let mut at = 8;
    for feature in &configuration.features {
        let len = 4 + feature.data.len();
        items.push(of_feature(feature).at(at, len));
        at += len;
    }
    items
}

fn of_feature(feature: &Feature) -> Item {
    let name = feature.name().unwrap_or("unknown feature");
    let mut state = format!("feature {:04x}h", feature.code);
    if feature.version > 0 {
        state += &format!(", version {}", feature.version);
    }
    state += match (feature.persistent, feature.current) {
        (true, true) => ", always",
        (false, true) => ", applies now",
        (true, false) => ", persistent and not current, which cannot be",
        (false, false) => ", not now",
    };
    let fields = feature.fields().into_iter().flat_map(|(name, value)| field(name, value));
    Item::group(name, fields.collect()).means(state)
}

/// A field's name with blanks, and what is an abbreviation in capitals.
fn in_words(name: &str) -> String {
    const SHORT: [&str; 16] = [
        "agids", "bd", "c2", "cd", "dbi", "dbml", "dm", "drt", "dvd", "dwp", "hd", "lba", "r",
        "re", "rom", "rw",
    ];
    let word = |word: &str| {
        if SHORT.contains(&word) { word.to_uppercase() } else { word.to_string() }
    };
    name.split('_').map(word).collect::<Vec<_>>().join(" ")
}

fn field(name: &str, value: Value) -> Vec<Item> {
    let name = in_words(name);
    match value {
        Value::Flag(on) => vec![Item::flag(name, on)],
        Value::Number(number) => vec![Item::number(name, number)],
        Value::Numbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            vec![Item::text(name, numbers.join(", "))]
        }
        Value::Text(text) => vec![Item::text(name, text)],
        Value::Bytes(bytes) => vec![Item::text(name, hex::text(&bytes))],
        Value::Profiles(profiles) => {
            let profile = |(profile, current): (Profile, bool)| {
                let meaning = if current { "current" } else { "" };
                Item::code16(profile.to_string(), profile.code(), meaning)
            };
            profiles.into_iter().map(profile).collect()
        }
    }
}
