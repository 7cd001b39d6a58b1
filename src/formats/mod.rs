//! Bytes and their meaning: file systems, maps, hashes. Knows no device. A leaf but for
//! [`crate::units`].

pub mod hash;
pub mod iso9660;
mod limits;
mod sectors;

pub use sectors::{FileExtent, Image, Listing, Remark, SectorData, Sectors};
