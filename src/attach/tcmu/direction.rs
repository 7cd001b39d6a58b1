//! Which way a command's data goes. The ring does not tell, so the operation code must: these are
//! the commands of MMC-6 and SPC-4 that carry data to the drive; all others bring data, or none.

/// Whether the data phase goes to the drive.
pub(super) fn is_to_drive(cdb: &[u8]) -> bool {
    matches!(
        cdb.first(),
        Some(
            0x04 // FORMAT UNIT
            | 0x0a // WRITE (6)
            | 0x15 // MODE SELECT (6)
            | 0x1d // SEND DIAGNOSTIC
            | 0x2a // WRITE (10)
            | 0x2e // WRITE AND VERIFY (10)
            | 0x2f // VERIFY (10), where it compares
            | 0x3b // WRITE BUFFER
            | 0x3f // WRITE LONG (10)
            | 0x4c // LOG SELECT
            | 0x54 // SEND OPC INFORMATION
            | 0x55 // MODE SELECT (10)
            | 0x5d // SEND CUE SHEET
            | 0x5f // PERSISTENT RESERVE OUT
            | 0x8a // WRITE (16)
            | 0xa2 // SEND EVENT
            | 0xa3 // SEND KEY
            | 0xaa // WRITE (12)
            | 0xae // WRITE AND VERIFY (12)
            | 0xb5 // SECURITY PROTOCOL OUT
            | 0xb6 // SET STREAMING
            | 0xbf // SEND DISC STRUCTURE
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_go_out_and_questions_come_in() {
        for to in [0x04, 0x2a, 0x2e, 0x54, 0x55, 0x5d, 0xaa, 0xae, 0xb6, 0xbf] {
            assert!(is_to_drive(&[to, 0x11]), "{to:02x}");
        }
        let questions = [0x12, 0x23, 0x28, 0x51, 0x52, 0x5a, 0x5c, 0xa4, 0xa8, 0xac, 0xad, 0xff];
        // What moves nothing: BLANK, SYNCHRONIZE CACHE, CLOSE TRACK SESSION, RESERVE TRACK, REPAIR
        // TRACK, LOAD/UNLOAD, SET CD SPEED, SET READ AHEAD.
        let nothing = [0xa1, 0x35, 0x5b, 0x53, 0x58, 0xa6, 0xbb, 0xa7];
        for from in questions.into_iter().chain(nothing) {
            assert!(!is_to_drive(&[from, 0x11]), "{from:02x}");
        }
        assert!(!is_to_drive(&[]));
    }
}
