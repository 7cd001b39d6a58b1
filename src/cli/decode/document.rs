//! Descriptions as JSON. Unknown is null.

use oxidisc::formats::hex;
use oxidisc::mmc::describe::{Item, Value as Held};
use serde_json::{Value, json};

/// Fields, one object each; with their bytes where these are given.
pub fn fields(items: &[Item], data: Option<&[u8]>) -> Value {
    items.iter().map(|item| field(item, data)).collect()
}

fn field(item: &Item, data: Option<&[u8]>) -> Value {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
    let value = match &item.value {
        Held::Group => Value::Null,
        Held::Flag(on) => json!(on),
        Held::Number(number) => json!(number),
        Held::Code(code, _) => json!(code),
        Held::Text(text) => json!(text),
        Held::Bytes(bytes) => json!(hex::text(bytes)),
    };
    let place = item.place;
    let mut field = json!({
        "name": item.name,
        "value": value,
        "meaning": some(&item.meaning),
        "unit": some(item.unit),
        "offset": place.map(|place| place.at),
        "length": place.map(|place| place.len),
        "bits": place.and_then(|place| place.mask).map(bits),
    });
    if let Some(place) = place
        && let Some(bytes) = data.and_then(|data| data.get(place.at..place.end()))
    {
        field["bytes"] = json!(hex::text(bytes));
    }
    if !item.items.is_empty() {
        field["fields"] = fields(&item.items, data);
    }
    field
}

/// `7`, `6-4`.
pub fn bits(mask: u8) -> String {
    let (high, low) = (7 - mask.leading_zeros(), mask.trailing_zeros());
    if high == low { high.to_string() } else { format!("{high}-{low}") }
}
