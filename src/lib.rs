//! oxidisc rips optical discs to images, burns images to discs, and says what a drive and its disc
//! can do, in SCSI/MMC commands of its own.
//!
//! Data flows one way: a job ([`jobs`]) asks typed commands ([`mmc`]) of a drive; a transport
//! ([`transport`]) carries their bytes to a real drive through `SG_IO`, to the simulated one
//! ([`sim`]), or to a recording. `docs/ARCHITECTURE.md` has the map and the invariants.

pub mod attach;
pub mod formats;
pub mod jobs;
pub mod mmc;
pub mod sim;
pub mod transport;
pub mod units;
