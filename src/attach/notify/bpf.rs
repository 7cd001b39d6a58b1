//! The seccomp filter: which system calls of the program come to us before the kernel does them.
//! A pure table turned into classic BPF; knows nothing of what is answered.

use libc::sock_filter;

/// `AUDIT_ARCH_*` of the calling convention we were built for; a program in another one (a 32-bit
/// program on a 64-bit kernel) is let through.
#[cfg(target_arch = "x86_64")]
const ARCH: Option<u32> = Some(0xc000_003e);
#[cfg(target_arch = "aarch64")]
const ARCH: Option<u32> = Some(0xc000_00b7);
#[cfg(target_arch = "riscv64")]
const ARCH: Option<u32> = Some(0xc000_00f3);
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
const ARCH: Option<u32> = None;

/// Calls that may name the drive by path or descriptor.
const TRAPPED: &[i64] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_creat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

/// Type bytes of the ioctls a drive understands: block layer, sg, cdrom and SCSI.
const IOCTL_TYPES: [u32; 3] = [0x1200, 0x2200, 0x5300];

// Offsets into `struct seccomp_data` (linux/seccomp.h).
const NR: u32 = 0;
const ARCH_FIELD: u32 = 4;
/// Low half of the second argument on a little-endian machine.
const REQUEST: u32 = 24;

const LOAD: u16 = 0x20;
const AND: u16 = 0x54;
const JUMP_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// The filter, or `None` on a machine whose system calls this file does not know.
pub(super) fn program() -> Option<Vec<sock_filter>> {
    let arch = ARCH?;
    let tests = TRAPPED.len() + IOCTL_TYPES.len();
    // load, test arch, load nr, the trapped calls, test ioctl, load, and, the types, allow, notify
    let allow = 3 + tests + 3;
    let notify = allow + 1;
    let mut code: Vec<sock_filter> = Vec::with_capacity(notify + 1);
    let jump = |at: usize, value: u32, equal: usize, other: usize| sock_filter {
        code: JUMP_EQUAL,
        jt: (equal - at - 1) as u8,
        jf: (other - at - 1) as u8,
        k: value,
    };
    let plain = |code: u16, k: u32| sock_filter { code, jt: 0, jf: 0, k };
    code.push(plain(LOAD, ARCH_FIELD));
    code.push(jump(1, arch, 2, allow));
    code.push(plain(LOAD, NR));
    for nr in TRAPPED {
        code.push(jump(code.len(), *nr as u32, notify, code.len() + 1));
    }
    code.push(jump(code.len(), libc::SYS_ioctl as u32, code.len() + 1, allow));
    code.push(plain(LOAD, REQUEST));
    code.push(plain(AND, 0xff00));
    for kind in IOCTL_TYPES {
        code.push(jump(code.len(), kind, notify, code.len() + 1));
    }
    code.push(plain(RETURN, libc::SECCOMP_RET_ALLOW));
    code.push(plain(RETURN, libc::SECCOMP_RET_USER_NOTIF));
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the filter as the kernel would.
    fn verdict(arch: u32, nr: i64, request: u32) -> u32 {
        let code = program().expect("this machine is known");
        let (mut at, mut accumulator) = (0usize, 0u32);
        loop {
            let step = code[at];
            at += 1;
            match step.code {
                0x20 => {
                    accumulator = match step.k {
                        0 => nr as u32,
                        4 => arch,
                        24 => request,
                        other => panic!("reads seccomp_data at {other}"),
                    }
                }
                0x54 => accumulator &= step.k,
                0x15 => at += usize::from(if accumulator == step.k { step.jt } else { step.jf }),
                0x06 => return step.k,
                other => panic!("unknown instruction {other:02x}"),
            }
        }
    }

    #[test]
    fn sg_io_and_open_come_to_us_and_the_rest_does_not() {
        let arch = ARCH.expect("known");
        let ours = 0x7fc0_0000;
        let allowed = 0x7fff_0000;
        assert_eq!(verdict(arch, libc::SYS_ioctl, 0x2285), ours); // SG_IO
        assert_eq!(verdict(arch, libc::SYS_ioctl, 0x5326), ours); // CDROM_DRIVE_STATUS
        assert_eq!(verdict(arch, libc::SYS_ioctl, 0x8008_1272), ours); // BLKGETSIZE64
        assert_eq!(verdict(arch, libc::SYS_ioctl, 0x5401), allowed); // TCGETS
        assert_eq!(verdict(arch, libc::SYS_openat, 0), ours);
        assert_eq!(verdict(arch, libc::SYS_statx, 0x2285), ours);
        assert_eq!(verdict(arch, libc::SYS_read, 0x2285), allowed);
        assert_eq!(verdict(arch, libc::SYS_write, 0), allowed);
    }

    #[test]
    fn a_program_of_another_machine_type_is_let_through() {
        let i386 = 0x4000_0003;
        assert_eq!(verdict(i386, libc::SYS_ioctl, 0x2285), 0x7fff_0000);
        assert_eq!(verdict(i386, libc::SYS_openat, 0), 0x7fff_0000);
    }
}
