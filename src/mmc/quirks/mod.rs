//! Drives that do one thing or another unlike all others, and what is done differently for them:
//! data ([`table::ALL`]), known by what INQUIRY says. What can be done for every drive is done for
//! every drive and is no quirk. A quirk changes nothing by itself: the job that would stumble looks
//! for it.

mod table;
#[cfg(test)]
mod tests;

pub use table::ALL;

use crate::mmc::cmd::inquiry::Identity;

/// Something that a drive does unlike others.
#[derive(Debug, PartialEq, Eq)]
pub struct Quirk {
    /// What it is called where one types it.
    pub name: &'static str,
    /// The drives that are known for it.
    pub drives: &'static [Pattern],
    /// What is done differently.
    pub change: Change,
    /// What the drive does.
    pub does: &'static str,
    /// What we do about it.
    pub instead: &'static str,
    /// Who has seen it.
    pub evidence: &'static str,
}

/// Drives by their INQUIRY data: `*` stands for any text, `?` for one character.
#[derive(Debug, PartialEq, Eq)]
pub struct Pattern {
    /// VENDOR.
    pub vendor: &'static str,
    /// PRODUCT.
    pub product: &'static str,
    /// REVISION.
    pub revision: &'static str,
}

/// What a quirk changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// SYNCHRONIZE CACHE is sent without IMMED.
    FlushWithoutImmed,
    /// The speed on a DVD+RW is set by SET CD SPEED.
    CdSpeedOnDvdPlusRw,
    /// The link size is 16, whatever feature 0021h lists.
    LinkSize16,
    /// The write speeds of page 2Ah are no limit.
    CdSpeedsNoLimit,
    /// The speed that was granted is read from page 2Ah, not by GET PERFORMANCE.
    GrantedByPage2a,
    /// Nothing: it is shown, and that is all.
    Note,
}

/// Which quirks are reckoned with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Those that the drive is known for.
    #[default]
    Known,
    /// These, whatever the drive. A USB bridge may give it another name.
    Only(Vec<&'static Quirk>),
}

impl Pattern {
    /// Whether a drive is one of these.
    pub fn fits(&self, identity: &Identity) -> bool {
        matches(self.vendor, &identity.vendor)
            && matches(self.product, &identity.product)
            && matches(self.revision, &identity.revision)
    }
}

impl Quirk {
    /// The quirk of a name.
    pub fn named(name: &str) -> Option<&'static Quirk> {
        ALL.iter().find(|quirk| quirk.name == name)
    }

    /// Whether a drive is known for it.
    pub fn is_of(&self, identity: &Identity) -> bool {
        self.drives.iter().any(|pattern| pattern.fits(identity))
    }
}

impl Choice {
    /// From what was typed: `none`, or names with commas between them.
    ///
    /// # Errors
    /// There is no such quirk.
    pub fn parse(text: &str) -> Result<Choice, String> {
        if text == "none" {
            return Ok(Choice::Only(Vec::new()));
        }
        let quirk = |name: &str| {
            Quirk::named(name).ok_or_else(|| {
                let known: Vec<&str> = ALL.iter().map(|quirk| quirk.name).collect();
                format!("there is no quirk '{name}'; there are none, {}", known.join(", "))
            })
        };
        text.split(',').map(quirk).collect::<Result<_, _>>().map(Choice::Only)
    }

    /// The quirks of a drive.
    pub fn of(&self, identity: &Identity) -> Vec<&'static Quirk> {
        match self {
            Choice::Known => ALL.iter().filter(|quirk| quirk.is_of(identity)).collect(),
            Choice::Only(quirks) => quirks.clone(),
        }
    }
}

/// Whether a text is what a pattern says.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(rest.as_str(), &text[at..]))
        }
        Some(wanted) => {
            let mut text = text.chars();
            text.next().is_some_and(|c| wanted == '?' || wanted == c)
                && matches(rest.as_str(), text.as_str())
        }
    }
}
