//! Memory shared with the kernel: a mapped UIO device, or in tests plain memory in its place. The
//! one place of TCMU that touches raw pointers; every access is checked against the map's length.
//! Knows nothing of what lies where.

#![allow(unsafe_code)]

use std::fs::File;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

/// A piece of memory that the kernel reads and writes too.
pub(super) struct Map {
    base: NonNull<u8>,
    len: usize,
    memory: Memory,
}

enum Memory {
    Mapped,
    #[cfg(test)]
    Plain(#[expect(dead_code, reason = "owns what base points at")] Box<[u64]>),
}

// SAFETY: the memory belongs to the map alone, on this side; threads use it one after another, as
// `&mut self` demands for everything but whole-word atomics and copies.
unsafe impl Send for Map {}

impl Map {
    /// Maps the first `len` bytes of a UIO device.
    pub(super) fn of(device: &File, len: usize) -> Result<Map, Errno> {
        let size = NonZeroUsize::new(len).ok_or(Errno::EINVAL)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing of ours.
        let base = unsafe { mmap(None, size, access, MapFlags::MAP_SHARED, device, 0)? };
        Ok(Map { base: base.cast(), len, memory: Memory::Mapped })
    }

    /// Plain memory instead; its length is rounded up to whole words.
    #[cfg(test)]
    pub(super) fn plain(len: usize) -> Map {
        let mut words = vec![0u64; len.div_ceil(8)].into_boxed_slice();
        let base = NonNull::from(&mut words[..]).cast();
        Map { base, len: words.len() * 8, memory: Memory::Plain(words) }
    }

    /// Bytes in it.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn at(&self, offset: usize, len: usize) -> Option<NonNull<u8>> {
        let end = offset.checked_add(len)?;
        // SAFETY: the offset is inside the allocation, as was just checked.
        (end <= self.len).then(|| unsafe { self.base.add(offset) })
    }

    fn word(&self, offset: usize) -> Option<&AtomicU32> {
        if !offset.is_multiple_of(4) {
            return None;
        }
        let at = self.at(offset, 4)?.cast::<AtomicU32>();
        // SAFETY: four bytes of live memory; aligned, since the base is and the offset was checked.
        Some(unsafe { at.as_ref() })
    }

    /// A word that the kernel published: all that it wrote before is visible.
    pub(super) fn load(&self, offset: usize) -> Option<u32> {
        self.word(offset).map(|word| word.load(Ordering::Acquire))
    }

    /// Publishes a word: all that we wrote before is visible to the kernel.
    pub(super) fn publish(&self, offset: usize, value: u32) {
        if let Some(word) = self.word(offset) {
            word.store(value, Ordering::Release);
        }
    }

    /// A copy of `N` bytes.
    pub(super) fn copy<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let at = self.at(offset, N)?;
        // SAFETY: N bytes of live memory; a byte array has no alignment and no invalid values.
        // Volatile, so that the copy is taken once, whatever the kernel does meanwhile.
        Some(unsafe { at.cast::<[u8; N]>().read_volatile() })
    }

    /// Writes bytes; nothing if they do not fit.
    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        if let Some(slice) = self.slice_mut(offset, bytes.len()) {
            slice.copy_from_slice(bytes);
        }
    }

    /// Memory that the kernel leaves alone for now, to be read.
    pub(super) fn slice(&self, offset: usize, len: usize) -> Option<&[u8]> {
        let at = self.at(offset, len)?;
        // SAFETY: live memory inside the map; the data of a command that is ours until it is
        // answered, which the kernel does not write to.
        Some(unsafe { std::slice::from_raw_parts(at.as_ptr(), len) })
    }

    /// Memory that the kernel leaves alone for now, to be written.
    pub(super) fn slice_mut(&mut self, offset: usize, len: usize) -> Option<&mut [u8]> {
        let at = self.at(offset, len)?;
        // SAFETY: as for `slice`; and `&mut self` keeps every other borrow of ours away.
        Some(unsafe { std::slice::from_raw_parts_mut(at.as_ptr(), len) })
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        match self.memory {
            // SAFETY: mapped by `of` with this length, and every borrow has ended.
            Memory::Mapped => drop(unsafe { munmap(self.base.cast(), self.len) }),
            #[cfg(test)]
            Memory::Plain(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_the_map_is_touched() {
        let mut map = Map::plain(64);
        assert_eq!(map.len(), 64);
        assert!(map.slice(60, 4).is_some() && map.slice(60, 5).is_none());
        assert!(map.slice(usize::MAX, 2).is_none());
        assert!(map.slice_mut(65, 0).is_none());
        assert_eq!(map.copy::<8>(57), None);
        assert_eq!(map.load(61), None, "not aligned");
        assert_eq!(map.load(64), None);
        map.publish(64, 1);
        map.write(61, &[1, 2, 3, 4]);
        map.write(60, &[1, 2, 3, 4]);
        assert_eq!(map.copy::<4>(60), Some([1, 2, 3, 4]));
    }
}
