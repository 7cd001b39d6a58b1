//! Which format of those that the drive lists fits what was asked for. Pure.

use super::offers::{Offer, bare, offers};
use super::{Options, Spares};
use crate::jobs::erasing::state::State;
use crate::jobs::erasing::{Action, Choice, Depth};
use crate::jobs::error::{Error, Kind};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::BackgroundFormat;
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::mmc::profile::Profile;
use crate::units::{Blocks, SECTOR};

/// What a format takes.
///
/// # Errors
/// The disc cannot be formatted, or not so.
pub fn choose(state: &State, options: &Options) -> Result<Choice, Error> {
    let wanted = Wanted { state, depth: options.depth, offers: offers(state) };
    if let Some(index) = options.offer {
        return wanted.by_number(index, options.spares);
    }
    match state.profile {
        Profile::DvdPlusRw | Profile::DvdPlusRwDl => wanted.dvd_plus_rw(options.spares),
        Profile::DvdRwSequential | Profile::DvdRwRestrictedOverwrite => {
            wanted.dvd_rw(options.spares)
        }
        Profile::DvdRam => wanted.dvd_ram(options.spares),
        Profile::BdRe => wanted.bd_re(options.spares),
        Profile::BdRSequential => wanted.bd_r(options.spares),
        other => Err(cannot(other)),
    }
}

fn usage(message: impl Into<String>) -> Error {
    Error::new(Kind::Usage, message)
}

fn nothing(why: &str) -> Choice {
    Action::Nothing(why.into()).into()
}

fn cannot(profile: Profile) -> Error {
    let error = |message: String| Error::new(Kind::Unusable, message);
    match profile {
        Profile::CdRw => error("a CD-RW is not formatted to take an image, but blanked".into())
            .hint("`oxidisc blank`"),
        Profile::BdRRandom => error("a BD-R in random recording mode cannot be formatted".into())
            .hint("take another disc"),
        other if other.is_writable() => error(format!("a {other} is not formatted"))
            .hint("a blank one is written as it is: `oxidisc burn`"),
        other => error(format!("the disc cannot be formatted: the drive calls it {other}"))
            .hint("what can be formatted is DVD-RW, DVD+RW, DVD-RAM, BD-RE and a blank BD-R"),
    }
}

struct Wanted<'a> {
    state: &'a State,
    depth: Depth,
    offers: Vec<Offer>,
}

impl Wanted<'_> {
    fn full(&self) -> bool {
        self.depth == Depth::Full
    }

    /// The offers of a type.
    fn of(&self, kind: u8) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(move |offer| offer.format.kind == kind)
    }

    fn first(&self, kind: u8) -> Option<&Offer> {
        self.of(kind).next()
    }

    fn not_offered(&self, what: &str) -> Error {
        let message = format!("drive and disc do not offer {what}");
        Error::new(Kind::Unusable, message).hint("`oxidisc format --list` shows what they do")
    }

    fn no_spares_here(&self, spares: Option<Spares>) -> Result<(), Error> {
        match spares {
            None | Some(Spares::None) => Ok(()),
            Some(_) => Err(usage(format!("a {} has no spare areas", self.state.profile))
                .hint("leave `--spares` out")),
        }
    }

    fn by_number(&self, index: usize, spares: Option<Spares>) -> Result<Choice, Error> {
        if spares.is_some() {
            return Err(usage("a format chosen by its number has spare areas of its own")
                .hint("leave `--spares` or the number out"));
        }
        let offer = self.offers.get(index).ok_or_else(|| {
            usage(format!("there is no format {index}: the drive lists {}", self.offers.len()))
                .hint("`oxidisc format --list` shows them")
        })?;
        if let Some(why) = offer.refused {
            let message = format!("format {index} ({:02x}h) is not used: {why}", offer.format.kind);
            return Err(Error::new(Kind::Unusable, message));
        }
        match self.state.profile {
            Profile::DvdPlusRw | Profile::DvdPlusRwDl => self.dvd_plus_rw(None),
            _ => Ok(self.format(offer.format)),
        }
    }

    /// FORMAT UNIT with a descriptor of the list.
    fn format(&self, format: FormatDescriptor) -> Choice {
        Action::Format { unit: self.unit(format), exact: true }.into()
    }

    fn unit(&self, listed: FormatDescriptor) -> FormatUnit {
        let mut unit = FormatUnit::new(listed);
        match (self.state.profile, listed.kind) {
            // Size 0: what is written first decides (MMC-5 6.5.4.2.8, 6.5.4.2.10; libburn).
            (_, 0x13 | 0x15) => unit.format.blocks = Blocks(0),
            // Both together: another size, the known defects kept, no certification (libburn; the
            // PHILIPS SPD3300L then keeps the size, which is found out afterwards).
            (Profile::DvdRam, 0x00) => {
                unit.options_valid = true;
                unit.no_certification = !self.full();
                unit.complete_list = !self.full();
            }
            (Profile::DvdRam, _) => unit.options_valid = true,
            (Profile::BdRe, kind) => {
                unit.options_valid = true;
                unit.subtype = self.certification(kind);
            }
            // Without pseudo-overwrite: always.
            (Profile::BdRSequential, _) => {
                unit.options_valid = true;
                unit.subtype = 1;
            }
            _ => {}
        }
        unit
    }

    /// The sub-type of a BD-RE: 10b certifies all, 11b some; of type 31h 01b nothing (MMC-5
    /// 6.5.4.2.15.1, libburn). Type 00h has none; a Pioneer BDR-205 knows neither for 30h.
    fn certification(&self, kind: u8) -> u8 {
        let can = self.state.formattable;
        match kind {
            0x30 | 0x31 if self.full() && can.certifies => 2,
            0x30 | 0x31 if can.certifies_quickly => 3,
            0x31 => 1,
            _ => 0,
        }
    }

    fn dvd_plus_rw(&self, spares: Option<Spares>) -> Result<Choice, Error> {
        self.no_spares_here(spares)?;
        let full = self.full();
        let all = FormatDescriptor { kind: 0x26, blocks: Blocks(FormatUnit::ALL), parameter: 0 };
        let background = |parameter| {
            let start = Some(FormatUnit::new(FormatDescriptor { parameter, ..all }));
            Ok(Action::Background { start, finish: full }.into())
        };
        match self.state.background() {
            BackgroundFormat::None => background(0),
            BackgroundFormat::Suspended if full => background(1),
            BackgroundFormat::Running if full => {
                Ok(Action::Background { start: None, finish: true }.into())
            }
            BackgroundFormat::Done if full => background(0),
            BackgroundFormat::Suspended => Ok(nothing(
                "it is formatted in part, which is enough: the rest follows when it is written",
            )),
            BackgroundFormat::Running => Ok(nothing("the drive is formatting it already")),
            BackgroundFormat::Done => Ok(nothing("it is formatted already")),
        }
    }

    fn dvd_rw(&self, spares: Option<Spares>) -> Result<Choice, Error> {
        self.no_spares_here(spares)?;
        let formatted = self.state.profile == Profile::DvdRwRestrictedOverwrite;
        if !self.full() && formatted {
            return Ok(nothing("it is formatted already"));
        }
        if !self.full()
            && let Some(quick) = self.first(0x15)
        {
            return Ok(Choice {
                action: Action::Format { unit: self.unit(quick.format), exact: true },
                remarks: vec![
                    "it has to be written from its start once before any place can be written \
                     over; a full format spares that, and takes as long as writing it"
                        .into(),
                ],
            });
        }
        let offer = self.first(0x00).or_else(|| self.first(0x10));
        offer
            .map(|offer| self.format(offer.format))
            .ok_or_else(|| self.not_offered("a full format"))
    }

    fn dvd_ram(&self, spares: Option<Spares>) -> Result<Choice, Error> {
        let listed = |format: Option<&Offer>| format.map(|offer| offer.format);
        let target = match spares {
            None => listed(self.as_it_is()).or_else(|| listed(self.first(0x00))),
            Some(Spares::Default) => listed(self.first(0x00)),
            Some(Spares::Min) => listed(self.of(0x00).max_by_key(|offer| offer.blocks)),
            Some(Spares::Max) => {
                let all = self.of(0x00).chain(self.of(0x01));
                listed(all.min_by_key(|offer| offer.blocks))
            }
            Some(Spares::None) => {
                return Err(usage("a DVD-RAM is never without spare areas")
                    .hint("`--spares min` sets the least aside"));
            }
            Some(Spares::Bytes(_)) => {
                return Err(usage("a DVD-RAM takes the sizes alone that the drive lists").hint(
                    "`--spares default`, `min` or `max`; `oxidisc format --list` shows them",
                ));
            }
        };
        let target = target.ok_or_else(|| self.not_offered("a format of type 00h"))?;
        Ok(self.unless_so_already(target))
    }

    /// The offer that a formatted disc has the size of.
    fn as_it_is(&self) -> Option<&Offer> {
        let blocks = self.state.formatted_blocks()?;
        let same = |kind| self.of(kind).find(|offer| offer.blocks == blocks);
        same(0x31).or_else(|| same(0x30)).or_else(|| same(0x00))
    }

    /// A fast format does nothing to a disc that has the size already.
    fn unless_so_already(&self, target: FormatDescriptor) -> Choice {
        if !self.full() && self.state.formatted_blocks() == Some(target.blocks) {
            return nothing("it is formatted so already");
        }
        self.format(target)
    }

    fn bd_re(&self, spares: Option<Spares>) -> Result<Choice, Error> {
        let listed = |format: Option<&Offer>| format.map(|offer| offer.format);
        let target = match spares {
            None if self.state.formatted_blocks().is_some() && !self.full() => {
                return Ok(nothing("it is formatted already"));
            }
            None => listed(self.as_it_is()).or_else(|| self.bd_re_default()),
            Some(Spares::Default) => self.bd_re_default(),
            Some(Spares::None) => listed(self.first(0x31)),
            Some(Spares::Min) => listed(self.of(0x30).max_by_key(|offer| offer.blocks)),
            Some(Spares::Max) => listed(self.of(0x30).min_by_key(|offer| offer.blocks)),
            Some(Spares::Bytes(bytes)) => return self.sized(0x30, bytes),
        };
        let target = target.ok_or_else(|| self.not_offered("such spare areas"))?;
        let mut choice = self.unless_so_already(target);
        if self.full() && !self.state.formattable.certifies {
            choice.remarks.push("the drive does not certify: it trusts the disc".into());
        }
        Ok(choice)
    }

    /// Type 00h cannot certify; the first of type 30h has the same size (libburn).
    fn bd_re_default(&self) -> Option<FormatDescriptor> {
        let certified =
            self.first(0x30).filter(|_| self.full() && self.state.formattable.certifies);
        certified.or_else(|| self.first(0x00)).or_else(|| self.first(0x30)).map(|it| it.format)
    }

    fn bd_r(&self, spares: Option<Spares>) -> Result<Choice, Error> {
        if self.state.pseudo_overwrite {
            let message = "the BD-R is formatted for pseudo-overwrite, which nothing takes back";
            return Err(Error::new(Kind::Unusable, message).hint("take another disc"));
        }
        if !self.state.is_untouched() {
            let message = "the BD-R is not blank: it is formatted while nothing is on it, or never";
            return Err(Error::new(Kind::Unusable, message));
        }
        if self.state.formatted_blocks().is_some() {
            return Ok(nothing("it is formatted already, and a BD-R is formatted once"));
        }
        let target = match spares {
            None => {
                return Err(usage("a BD-R needs no format: it is written as it is, at full speed")
                    .hint(
                        "`--spares default` sets spare areas aside, for good and at half speed",
                    ));
            }
            Some(Spares::None) => {
                return Ok(nothing("it has no spare areas as long as it is not formatted"));
            }
            Some(Spares::Default) => self.first(0x00).or_else(|| self.first(0x32)),
            Some(Spares::Min) => self.of(0x32).max_by_key(|offer| offer.blocks),
            Some(Spares::Max) => self.of(0x32).min_by_key(|offer| offer.blocks),
            Some(Spares::Bytes(bytes)) => return self.sized(0x32, bytes),
        };
        let offer = target.ok_or_else(|| self.not_offered("such spare areas"))?;
        let mut choice = self.format(offer.format);
        choice.remarks.push(FOR_GOOD.into());
        Ok(choice)
    }

    /// A size of its own between the least and the most that is listed (MMC-5 6.5.4.2.15), whole
    /// clusters of 64 KiB.
    fn sized(&self, kind: u8, bytes: u64) -> Result<Choice, Error> {
        let sizes = || self.of(kind).map(|offer| offer.blocks.0);
        let (Some(least), Some(most), Some(whole)) =
            (sizes().min(), sizes().max(), bare(self.state))
        else {
            return Err(self.not_offered("spare areas of a size of one's own"));
        };
        let clusters = bytes.div_ceil(32 * SECTOR as u64);
        let blocks = u32::try_from(clusters * 32)
            .ok()
            .and_then(|spares| whole.0.checked_sub(spares))
            .filter(|blocks| (least..=most).contains(blocks));
        let Some(blocks) = blocks else {
            let mib = |blocks: u32| Blocks(whole.0.saturating_sub(blocks)).bytes() >> 20;
            let message = format!("the drive offers spare areas of {} MiB to", mib(most));
            return Err(usage(format!("{message} {} MiB", mib(least)))
                .hint("choose a size between them, or `min`, `max`, `default`"));
        };
        let format = FormatDescriptor { kind, blocks: Blocks(blocks), parameter: 0 };
        let action = Action::Format { unit: self.unit(format), exact: false };
        let for_good = kind == 0x32;
        let remarks = for_good.then(|| FOR_GOOD.to_string()).into_iter().collect();
        Ok(Choice { action, remarks })
    }
}

const FOR_GOOD: &str = "the format of a BD-R is for good, and halves the speed of writing";

#[cfg(test)]
#[path = "choose_tests.rs"]
mod tests;
