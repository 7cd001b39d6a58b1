//! What the Linux kernel lets a user without CAP_SYS_RAWIO send to a `/dev/srN`
//! (`drivers/scsi/scsi_ioctl.c`, `scsi_cmd_allowed`). Everything else is EPERM. A `/dev/sgN` that
//! is open for writing passes everything on.

/// What it takes to send a command through `/dev/srN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Needs {
    /// Any open file will do: reading, asking, and moving the tray.
    Reading,
    /// A file that is open for writing.
    Writing,
    /// The capability CAP_SYS_RAWIO, which root has.
    Privilege,
}

const READING: [u8; 43] = [
    0x00, 0x03, 0x08, 0x12, 0x1a, 0x1b, 0x1c, 0x23, 0x25, 0x28, 0x2b, 0x2f, 0x37, 0x3c, 0x3e, 0x42,
    0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x4b, 0x4d, 0x4e, 0x51, 0x52, 0x5a, 0x5c, 0x88, 0x8f,
    0x9e, 0xa0, 0xa3, 0xa4, 0xa8, 0xac, 0xad, 0xb9, 0xba, 0xbc, 0xbe,
];
const WRITING: [u8; 29] = [
    0x04, 0x0a, 0x15, 0x19, 0x1e, 0x2a, 0x2e, 0x35, 0x3f, 0x41, 0x4c, 0x53, 0x54, 0x55, 0x58, 0x5b,
    0x5d, 0x8a, 0x93, 0xa1, 0xa2, 0xa6, 0xa7, 0xaa, 0xae, 0xb6, 0xbb, 0xbf, 0xea,
];

/// What it takes to send this command.
pub fn needs(opcode: u8) -> Needs {
    if READING.contains(&opcode) {
        Needs::Reading
    } else if WRITING.contains(&opcode) {
        Needs::Writing
    } else {
        Needs::Privilege
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ripper_s_commands_pass_and_maintenance_does_not() {
        for opcode in [0x00, 0x12, 0x28, 0x43, 0x46, 0xa8, 0xad, 0xbe, 0x1b] {
            assert_eq!(needs(opcode), Needs::Reading, "{opcode:02x}");
        }
        for opcode in [0xb6, 0xbb, 0x1e, 0x55, 0x2a, 0xa1, 0x04] {
            assert_eq!(needs(opcode), Needs::Writing, "{opcode:02x}");
        }
        // MECHANISM STATUS, WRITE BUFFER, READ MEDIA SERIAL NUMBER, VERIFY (12), PLEXTOR's D8h.
        for opcode in [0xbd, 0x3b, 0xab, 0x1d, 0xaf, 0xd8] {
            assert_eq!(needs(opcode), Needs::Privilege, "{opcode:02x}");
        }
    }
}
