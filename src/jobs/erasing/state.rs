//! The state of a disc as far as blanking and formatting go. Asked before and after.

use std::time::Duration;

use crate::jobs::survey::MediumFacts;
use crate::mmc::cmd::get_configuration::{Configuration, GetConfiguration, Wanted};
use crate::mmc::cmd::read_disc_information::{
    BackgroundFormat, DiscInformation, DiscStatus, ReadDiscInformation,
};
use crate::mmc::cmd::read_disc_structure::{Protection, ReadDiscStructure, bd, dvd};
use crate::mmc::cmd::read_format_capacities::{
    FormatCapacities, FormatState, ReadFormatCapacities,
};
use crate::mmc::profile::Profile;
use crate::mmc::{CommandError, Drive, Failure, Query};
use crate::transport::{Status, TransportError};
use crate::units::{Blocks, Family};

/// Incremental Streaming Writable: a DVD-R or DVD-RW can be written in increments.
const INCREMENTAL: u16 = 0x0021;
/// Formattable.
const FORMATTABLE: u16 = 0x0023;
/// BD-R Pseudo-Overwrite.
const PSEUDO_OVERWRITE: u16 = 0x0038;

/// What the drive's feature 0023h says of formats (MMC-6 5.3.13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Formattable {
    /// RENOSA: a BD-RE without spare areas.
    pub no_spares: bool,
    /// CERT: with every block tried.
    pub certifies: bool,
    /// QCERT: with some tried.
    pub certifies_quickly: bool,
}

/// Spare areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spares {
    /// Blocks not used yet.
    pub free: Blocks,
    /// Blocks in all, where the drive tells.
    pub total: Option<Blocks>,
}

/// What state a disc is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// What the drive calls it.
    pub profile: Profile,
    /// READ DISC INFORMATION; `None` where the drive does not answer.
    pub disc: Option<DiscInformation>,
    /// READ FORMAT CAPACITIES, likewise.
    pub formats: Option<FormatCapacities>,
    /// What the drive can format.
    pub formattable: Formattable,
    /// A DVD-RW can be written in increments: not so after a fast blank.
    pub incremental: bool,
    /// A BD-R is formatted for pseudo-overwrite.
    pub pseudo_overwrite: bool,
    /// What protects it from being written.
    pub protection: Option<Protection>,
    /// Its spare areas, where it has some and the drive tells of them.
    pub spares: Option<Spares>,
    /// Blocks of a BD without any spare areas, by its disc information.
    pub bare: Option<Blocks>,
}

/// How long a drive is asked again that is busy: Pioneer's command references have drives that are
/// ready by TEST UNIT READY and refuse READ DISC INFORMATION while they still close a disc.
const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(500);

/// An answer, if there is one: only a lost drive is an error.
fn ask<Q: Query>(drive: &mut Drive, query: &Q) -> Result<Option<Q::Response>, CommandError> {
    let begin = drive.time();
    loop {
        let error = match drive.query(query) {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => error,
        };
        let busy = matches!(error.triple(), Some((2, 0x04, 0x01 | 0x04 | 0x07 | 0x08)))
            || error.failure == Failure::Status(Status::Busy);
        match error.failure {
            _ if busy && drive.time().saturating_sub(begin) < PATIENCE => drive.wait(PAUSE),
            Failure::Transport(TransportError::Refused) => return Ok(None),
            Failure::Transport(_) => return Err(error),
            Failure::Check(_) | Failure::Status(_) | Failure::Parse(_) => return Ok(None),
        }
    }
}

impl Formattable {
    /// What a configuration has of it.
    pub fn of(configuration: Option<&Configuration>) -> Formattable {
        let feature = configuration.and_then(|all| all.feature(FORMATTABLE));
        let byte = feature.and_then(|feature| feature.data.first()).copied().unwrap_or(0);
        Formattable {
            no_spares: byte & 0x08 != 0,
            certifies_quickly: byte & 0x02 != 0,
            certifies: byte & 0x01 != 0,
        }
    }
}

impl From<dvd::SpareArea> for Spares {
    fn from(area: dvd::SpareArea) -> Spares {
        let supplementary = area.supplementary.map_or(0, |(free, _)| free.0);
        Spares { free: Blocks(area.primary_free.0.saturating_add(supplementary)), total: None }
    }
}

impl From<bd::SpareArea> for Spares {
    fn from(area: bd::SpareArea) -> Spares {
        Spares { free: area.free, total: Some(area.total) }
    }
}

impl State {
    /// Asks. What never changes is taken from `medium`.
    ///
    /// # Errors
    /// The drive was lost.
    pub fn inspect(drive: &mut Drive, medium: &MediumFacts) -> Result<State, CommandError> {
        let bare = medium.bd.as_ref().and_then(|disc| disc.units.first()?.sectors());
        State::ask(drive, bare)
    }

    /// Asks again.
    ///
    /// # Errors
    /// The drive was lost.
    pub fn again(&self, drive: &mut Drive) -> Result<State, CommandError> {
        State::ask(drive, self.bare)
    }

    fn ask(drive: &mut Drive, bare: Option<Blocks>) -> Result<State, CommandError> {
        let configuration = ask(drive, &GetConfiguration { wanted: Wanted::All, first: 0 })?;
        let all = configuration.as_ref();
        let profile = all.map_or(Profile::None, |all| all.current_profile.into());
        let current = |code| all.is_some_and(|all| all.is_current(code));
        let mut state = State {
            profile,
            disc: ask(drive, &ReadDiscInformation)?,
            formats: ask(drive, &ReadFormatCapacities)?,
            formattable: Formattable::of(all),
            incremental: current(INCREMENTAL),
            pseudo_overwrite: current(PSEUDO_OVERWRITE),
            protection: None,
            spares: None,
            bare,
        };
        match (profile, profile.family()) {
            (Profile::DvdRam, _) => state.ask_dvd_ram(drive)?,
            (_, Some(Family::Bd)) if profile.is_writable() => state.ask_bd(drive)?,
            _ => {}
        }
        Ok(state)
    }

    fn ask_dvd_ram(&mut self, drive: &mut Drive) -> Result<(), CommandError> {
        let protection = ask(drive, &ReadDiscStructure::<dvd::WriteProtection>::new())?;
        self.protection = protection.map(|answer| answer.structure.0);
        let spares = ask(drive, &ReadDiscStructure::<dvd::SpareArea>::new())?;
        self.spares = spares.map(|answer| answer.structure.into());
        Ok(())
    }

    fn ask_bd(&mut self, drive: &mut Drive) -> Result<(), CommandError> {
        let protection = ask(drive, &ReadDiscStructure::<bd::WriteProtection>::new())?;
        self.protection = protection.map(|answer| answer.structure.0);
        let spares = ask(drive, &ReadDiscStructure::<bd::SpareArea>::new())?;
        self.spares = spares.map(|answer| answer.structure.into());
        Ok(())
    }

    /// Disc status; `None` if the drive does not say.
    pub fn status(&self) -> Option<DiscStatus> {
        self.disc.as_ref().map(|disc| disc.status)
    }

    /// How far the background format of a DVD+RW is.
    pub fn background(&self) -> BackgroundFormat {
        self.disc.as_ref().map_or(BackgroundFormat::None, |disc| disc.background_format)
    }

    /// DESCRIPTOR TYPE of READ FORMAT CAPACITIES; `None` if the drive does not say.
    pub fn format_state(&self) -> Option<FormatState> {
        self.formats.as_ref().map(|formats| formats.state)
    }

    /// Blocks that the disc has as it is formatted; `None` if it is not. A BD-R may be blank and
    /// formatted, and be called the one or the other: that it has spare areas tells.
    pub fn formatted_blocks(&self) -> Option<Blocks> {
        let formats = self.formats.as_ref()?;
        let spares = self.spares.and_then(|spares| spares.total).unwrap_or(Blocks(0));
        let bd_r = self.profile == Profile::BdRSequential && spares.0 > 0;
        (formats.state == FormatState::Formatted || bd_r).then_some(formats.blocks)
    }

    /// Whether nothing was ever written to it: blank, or of a kind that is formatted first and was
    /// not.
    pub fn is_untouched(&self) -> bool {
        let unformatted = self.format_state() == Some(FormatState::Unformatted);
        match self.profile {
            Profile::DvdPlusRw | Profile::DvdPlusRwDl => {
                self.background() == BackgroundFormat::None && unformatted
            }
            Profile::DvdRam | Profile::BdRe => unformatted,
            _ => self.status() == Some(DiscStatus::Blank),
        }
    }

    /// What protects it from being written, in words.
    pub fn protected_by(&self) -> Option<&'static str> {
        let protection = self.protection?;
        [
            (protection.cartridge, "by the switch of its cartridge"),
            (protection.persistent, "by a mark on the disc"),
            (protection.inhibited, "by what the disc itself says"),
            (protection.software, "by the drive, until it is taken out"),
        ]
        .into_iter()
        .find_map(|(set, by)| set.then_some(by))
    }
}
