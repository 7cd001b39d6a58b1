//! The memory of the process whose call we answer.

use std::io::{IoSlice, IoSliceMut};

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

/// Longest path the kernel takes, its NUL included.
const PATH_MAX: usize = 4096;
/// Smallest page: a read inside one is whole or fails.
const PAGE: u64 = 4096;

/// Memory of one process.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pid: Pid,
}

impl Memory {
    /// Of the process (or thread) `pid`.
    pub(super) fn of(pid: u32) -> Memory {
        Memory { pid: Pid::from_raw(pid as i32) }
    }

    /// Fills `buffer` from `address`.
    ///
    /// # Errors
    /// `EFAULT`: not all of it is there.
    pub(super) fn read(self, address: u64, buffer: &mut [u8]) -> Result<(), Errno> {
        let len = buffer.len();
        if len == 0 {
            return Ok(());
        }
        let remote = [RemoteIoVec { base: address as usize, len }];
        match process_vm_readv(self.pid, &mut [IoSliceMut::new(buffer)], &remote)? {
            got if got == len => Ok(()),
            _ => Err(Errno::EFAULT),
        }
    }

    /// `N` bytes at `address`.
    pub(super) fn read_array<const N: usize>(self, address: u64) -> Result<[u8; N], Errno> {
        let mut bytes = [0; N];
        self.read(address, &mut bytes)?;
        Ok(bytes)
    }

    /// Puts `bytes` at `address`.
    ///
    /// # Errors
    /// `EFAULT`: not all of it may be written.
    pub(super) fn write(self, address: u64, bytes: &[u8]) -> Result<(), Errno> {
        if bytes.is_empty() {
            return Ok(());
        }
        let remote = [RemoteIoVec { base: address as usize, len: bytes.len() }];
        match process_vm_writev(self.pid, &[IoSlice::new(bytes)], &remote)? {
            put if put == bytes.len() => Ok(()),
            _ => Err(Errno::EFAULT),
        }
    }

    /// The path that begins at `address`, without its NUL.
    ///
    /// # Errors
    /// `EFAULT`, or `ENAMETOOLONG`.
    pub(super) fn path(self, address: u64) -> Result<Vec<u8>, Errno> {
        let mut path: Vec<u8> = Vec::new();
        let mut piece = [0; 256];
        while path.len() < PATH_MAX {
            let at = address.checked_add(path.len() as u64).ok_or(Errno::EFAULT)?;
            let rest_of_page = (PAGE - at % PAGE) as usize;
            let len = rest_of_page.min(piece.len());
            self.read(at, &mut piece[..len])?;
            if let Some(end) = piece[..len].iter().position(|byte| *byte == 0) {
                path.extend_from_slice(&piece[..end]);
                return Ok(path);
            }
            path.extend_from_slice(&piece[..len]);
        }
        Err(Errno::ENAMETOOLONG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Memory {
        Memory::of(std::process::id())
    }

    #[test]
    fn bytes_and_paths_are_read_and_written() {
        let mut bytes = *b"/dev/sr0\0and more";
        let address = bytes.as_mut_ptr() as u64;
        assert_eq!(ours().path(address), Ok(b"/dev/sr0".to_vec()));
        assert_eq!(ours().read_array::<4>(address + 5), Ok(*b"sr0\0"));
        ours().write(address + 5, b"sg").expect("writable");
        assert_eq!(std::hint::black_box(&bytes)[..9], *b"/dev/sg0\0");
    }

    #[test]
    fn an_address_where_nothing_is_is_a_fault() {
        assert_eq!(ours().read(8, &mut [0; 16]), Err(Errno::EFAULT));
        assert_eq!(ours().write(8, &[0; 16]), Err(Errno::EFAULT));
        assert_eq!(ours().path(u64::MAX - 3), Err(Errno::EFAULT));
    }

    #[test]
    fn a_path_without_an_end_is_too_long() {
        let bytes = vec![b'a'; 3 * PATH_MAX];
        assert_eq!(ours().path(bytes.as_ptr() as u64), Err(Errno::ENAMETOOLONG));
    }
}
