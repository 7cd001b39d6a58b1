//! A system call of the program, decoded: what it wants and of which file. Pure, but for the flags
//! of `openat2`, which lie in the program's memory.

use nix::errno::Errno;

use super::memory::Memory;

/// The file a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Named by a path in the program's memory, relative to a directory.
    Path {
        /// A descriptor or `AT_FDCWD`.
        directory: i32,
        /// Where the path begins.
        address: u64,
        /// `AT_EMPTY_PATH`: an empty path means the directory's descriptor itself.
        may_be_empty: bool,
    },
    /// A descriptor.
    Descriptor(i32),
}

/// What the call wants of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// A descriptor; `O_*` flags.
    Open(i32),
    /// A `struct stat` at this address.
    Stat(u64),
    /// A `struct statx` at this address.
    Statx(u64),
    /// Whether it may be used.
    Access,
    /// What it points at, were it a link.
    ReadLink,
    /// An ioctl: request and argument.
    Ioctl(u32, u64),
}

/// Decodes a call that the filter let come; `None` if it is none of those.
pub(super) fn decode(
    data: &libc::seccomp_data,
    memory: Memory,
) -> Result<Option<(Target, Wish)>, Errno> {
    let a = data.args;
    let at = |directory: u64, address: u64, flags: u64| Target::Path {
        directory: directory as i32,
        address,
        may_be_empty: flags as i32 & libc::AT_EMPTY_PATH != 0,
    };
    Ok(Some(match i64::from(data.nr) {
        libc::SYS_openat => (at(a[0], a[1], 0), Wish::Open(a[2] as i32)),
        libc::SYS_openat2 => {
            let flags = u64::from_ne_bytes(memory.read_array(a[2])?);
            (at(a[0], a[1], 0), Wish::Open(flags as i32))
        }
        libc::SYS_fstat => (Target::Descriptor(a[0] as i32), Wish::Stat(a[1])),
        libc::SYS_newfstatat => (at(a[0], a[1], a[3]), Wish::Stat(a[2])),
        libc::SYS_statx => (at(a[0], a[1], a[2]), Wish::Statx(a[4])),
        libc::SYS_faccessat => (at(a[0], a[1], 0), Wish::Access),
        libc::SYS_faccessat2 => (at(a[0], a[1], a[3]), Wish::Access),
        libc::SYS_readlinkat => (at(a[0], a[1], 0), Wish::ReadLink),
        libc::SYS_ioctl => (Target::Descriptor(a[0] as i32), Wish::Ioctl(a[1] as u32, a[2])),
        nr => return Ok(decode_old(nr, &a)),
    }))
}

/// The calls that newer machine types have no more.
#[cfg(target_arch = "x86_64")]
fn decode_old(nr: i64, a: &[u64; 6]) -> Option<(Target, Wish)> {
    let here = Target::Path { directory: libc::AT_FDCWD, address: a[0], may_be_empty: false };
    Some(match nr {
        libc::SYS_open => (here, Wish::Open(a[1] as i32)),
        libc::SYS_creat => (here, Wish::Open(libc::O_CREAT | libc::O_WRONLY)),
        libc::SYS_stat | libc::SYS_lstat => (here, Wish::Stat(a[1])),
        libc::SYS_access => (here, Wish::Access),
        libc::SYS_readlink => (here, Wish::ReadLink),
        _ => return None,
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn decode_old(_nr: i64, _arguments: &[u64; 6]) -> Option<(Target, Wish)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(nr: i64, args: [u64; 6]) -> Option<(Target, Wish)> {
        let data = libc::seccomp_data { nr: nr as i32, arch: 0, instruction_pointer: 0, args };
        decode(&data, Memory::of(std::process::id())).expect("decodes")
    }

    #[test]
    fn an_ioctl_is_request_and_argument_on_a_descriptor() {
        // The upper half of the request is not part of it: glibc sign-extends.
        assert_eq!(
            call(libc::SYS_ioctl, [3, 0xffff_ffff_8008_1272, 0x7000, 0, 0, 0]),
            Some((Target::Descriptor(3), Wish::Ioctl(0x8008_1272, 0x7000)))
        );
    }

    #[test]
    fn an_empty_path_names_the_descriptor_only_with_its_flag() {
        let with = call(libc::SYS_newfstatat, [5, 0x10, 0x20, 0x1000, 0, 0]);
        let path = |may_be_empty| Target::Path { directory: 5, address: 0x10, may_be_empty };
        assert_eq!(with, Some((path(true), Wish::Stat(0x20))));
        let without = call(libc::SYS_newfstatat, [5, 0x10, 0x20, 0, 0, 0]);
        assert_eq!(without, Some((path(false), Wish::Stat(0x20))));
        let statx = call(libc::SYS_statx, [5, 0x10, 0x1000, 0xfff, 0x30, 0]);
        assert_eq!(statx, Some((path(true), Wish::Statx(0x30))));
    }

    #[test]
    fn the_flags_of_openat2_are_read_from_memory() {
        // struct open_how: flags O_RDWR | O_NONBLOCK | O_CLOEXEC, mode 0, resolve 0.
        let how: [u64; 3] = [0o2_004_002, 0, 0];
        let found = call(libc::SYS_openat2, [0xffff_ff9c, 0x10, how.as_ptr() as u64, 24, 0, 0]);
        let target = Target::Path { directory: -100, address: 0x10, may_be_empty: false };
        assert_eq!(found, Some((target, Wish::Open(0o2_004_002))));
    }

    #[test]
    fn another_call_is_not_ours() {
        assert_eq!(call(libc::SYS_getpid, [0; 6]), None);
    }
}
