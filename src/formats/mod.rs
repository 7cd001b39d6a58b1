//! Bytes and their meaning: file systems, maps, hashes. Knows no device. A leaf but for
//! [`crate::units`].
