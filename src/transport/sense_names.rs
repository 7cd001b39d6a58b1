//! Names of ASC/ASCQ pairs (SPC-4 annex D, MMC-6 annex F): all that the standards give to CD, DVD
//! and BD drives (column R), and some that such drives send all the same.

use std::sync::OnceLock;

/// The standard's name, lower case; the hex where it names none.
pub(super) fn name(asc: u8, ascq: u8) -> String {
    if let Ok(at) = NAMES.binary_search_by_key(&(asc, ascq), |(code, _)| *code) {
        return NAMES[at].1.to_string();
    }
    match (asc, ascq) {
        (0x40, 0x80..) => format!("diagnostic failure on component {ascq:02x}h"),
        (0x4d, _) => format!("tagged overlapped commands, task tag {ascq:02x}h"),
        (0x70, _) => format!("decompression exception, short algorithm {ascq:02x}h"),
        (0x80.., _) => format!("vendor specific {asc:02x}h/{ascq:02x}h"),
        // Under a standard code, the name of the code itself says at least what it is about
        // (real-drives: PLEXTOR PX-760A has 02/8D and 02/82, HL-DT-ST GSA-4166B 0C/80).
        (_, 0x80..) => match NAMES.binary_search_by_key(&(asc, 0), |(code, _)| *code) {
            Ok(at) => format!("{}, vendor specific {ascq:02x}h", NAMES[at].1),
            Err(_) => format!("vendor specific {asc:02x}h/{ascq:02x}h"),
        },
        _ => format!("unknown code {asc:02x}h/{ascq:02x}h"),
    }
}

/// The code and qualifier that a text names, in whatever case and with whatever between the words.
/// Where it holds several names, the longest: the others are parts of it.
pub(super) fn find(text: &str) -> Option<(u8, u8)> {
    static WORDS: OnceLock<Vec<(String, (u8, u8))>> = OnceLock::new();
    let all = WORDS.get_or_init(|| {
        let names = NAMES.iter().chain(SPELLINGS);
        names.map(|(code, name)| (words(name), *code)).collect()
    });
    let text = words(text);
    let held = all.iter().filter(|(name, _)| text.contains(name.as_str()));
    held.max_by_key(|(name, _)| name.len()).map(|(_, code)| *code)
}

/// ` lower case words `, a blank around each.
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text.chars() {
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// As programs spell some of them (real-drives: kernel-log-sense-lines).
const SPELLINGS: &[((u8, u8), &str)] = &[
    ((0x00, 0x00), "no additional sense"),
    ((0x11, 0x05), "L-EC"),
    ((0x18, 0x01), "recovered data with error corr. & retries applied"),
];

/// Sorted by code.
#[rustfmt::skip]
const NAMES: &[((u8, u8), &str)] = &[
    ((0x00, 0x00), "no additional sense information"),
    ((0x00, 0x06), "I/O process terminated"),
    ((0x00, 0x11), "audio play operation in progress"),
    ((0x00, 0x12), "audio play operation paused"),
    ((0x00, 0x13), "audio play operation successfully completed"),
    ((0x00, 0x14), "audio play operation stopped due to error"),
    ((0x00, 0x15), "no current audio status to return"),
    ((0x00, 0x16), "operation in progress"),
    ((0x00, 0x17), "cleaning requested"),
    ((0x00, 0x1d), "ATA pass through information available"),
    ((0x00, 0x1e), "conflicting SA creation request"),
    ((0x00, 0x1f), "logical unit transitioning to another power condition"),
    ((0x01, 0x00), "no index/sector signal"),
    ((0x02, 0x00), "no seek complete"),
    ((0x03, 0x00), "peripheral device write fault"),
    ((0x04, 0x00), "logical unit not ready, cause not reportable"),
    ((0x04, 0x01), "logical unit is in process of becoming ready"),
    ((0x04, 0x02), "logical unit not ready, initializing command required"),
    ((0x04, 0x03), "logical unit not ready, manual intervention required"),
    ((0x04, 0x04), "logical unit not ready, format in progress"),
    ((0x04, 0x05), "logical unit not ready, rebuild in progress"),
    ((0x04, 0x06), "logical unit not ready, recalculation in progress"),
    ((0x04, 0x07), "logical unit not ready, operation in progress"),
    ((0x04, 0x08), "logical unit not ready, long write in progress"),
    ((0x04, 0x09), "logical unit not ready, self-test in progress"),
    ((0x04, 0x0a), "logical unit not accessible, asymmetric access state transition"),
    ((0x04, 0x0b), "logical unit not accessible, target port in standby state"),
    ((0x04, 0x0c), "logical unit not accessible, target port in unavailable state"),
    ((0x04, 0x0e), "logical unit not ready, security session in progress"),
    ((0x04, 0x10), "logical unit not ready, auxiliary memory not accessible"),
    ((0x04, 0x11), "logical unit not ready, notify (enable spinup) required"),
    ((0x04, 0x12), "logical unit not ready, offline"),
    ((0x04, 0x13), "logical unit not ready, SA creation in progress"),
    ((0x04, 0x1a), "logical unit not ready, start stop unit command in progress"),
    ((0x04, 0x1b), "logical unit not ready, sanitize in progress"),
    ((0x05, 0x00), "logical unit does not respond to selection"),
    ((0x06, 0x00), "no reference position found"),
    ((0x07, 0x00), "multiple peripheral devices selected"),
    ((0x08, 0x00), "logical unit communication failure"),
    ((0x08, 0x01), "logical unit communication time-out"),
    ((0x08, 0x02), "logical unit communication parity error"),
    ((0x08, 0x03), "logical unit communication CRC error (Ultra-DMA/32)"),
    ((0x08, 0x04), "unreachable copy target"),
    ((0x09, 0x00), "track following error"),
    ((0x09, 0x01), "tracking servo failure"),
    ((0x09, 0x02), "focus servo failure"),
    ((0x09, 0x03), "spindle servo failure"),
    ((0x09, 0x04), "head select fault"),
    ((0x09, 0x05), "vibration induced tracking error"),
    ((0x0a, 0x00), "error log overflow"),
    ((0x0b, 0x00), "warning"),
    ((0x0b, 0x01), "warning - specified temperature exceeded"),
    ((0x0b, 0x02), "warning - enclosure degraded"),
    ((0x0b, 0x03), "warning - background self-test failed"),
    ((0x0b, 0x04), "warning - background pre-scan detected medium error"),
    ((0x0b, 0x05), "warning - background medium scan detected medium error"),
    ((0x0b, 0x06), "warning - non-volatile cache now volatile"),
    ((0x0b, 0x07), "warning - degraded power to non-volatile cache"),
    ((0x0b, 0x08), "warning - power loss expected"),
    ((0x0c, 0x00), "write error"),
    ((0x0c, 0x01), "write error - recovered with auto reallocation"),
    ((0x0c, 0x02), "write error - auto reallocation failed"),
    ((0x0c, 0x03), "write error - recommend reassignment"),
    ((0x0c, 0x04), "compression check miscompare error"),
    ((0x0c, 0x05), "data expansion occurred during compression"),
    ((0x0c, 0x06), "block not compressible"),
    ((0x0c, 0x07), "write error - recovery needed"),
    ((0x0c, 0x08), "write error - recovery failed"),
    ((0x0c, 0x09), "write error - loss of streaming"),
    ((0x0c, 0x0a), "write error - padding blocks added"),
    ((0x0c, 0x0b), "auxiliary memory write error"),
    ((0x0c, 0x0c), "write error - unexpected unsolicited data"),
    ((0x0c, 0x0d), "write error - not enough unsolicited data"),
    ((0x0c, 0x0f), "defects in error window"),
    ((0x0e, 0x00), "invalid information unit"),
    ((0x0e, 0x01), "information unit too short"),
    ((0x0e, 0x02), "information unit too long"),
    ((0x0e, 0x03), "invalid field in command information unit"),
    ((0x10, 0x00), "ID CRC or ECC error"),
    ((0x11, 0x00), "unrecovered read error"),
    ((0x11, 0x01), "read retries exhausted"),
    ((0x11, 0x02), "error too long to correct"),
    ((0x11, 0x03), "multiple read errors"),
    ((0x11, 0x04), "unrecovered read error - auto reallocate failed"),
    ((0x11, 0x05), "L-EC uncorrectable error"),
    ((0x11, 0x06), "CIRC unrecovered error"),
    ((0x11, 0x07), "data re-synchronization error"),
    ((0x11, 0x08), "incomplete block read"),
    ((0x11, 0x09), "no gap found"),
    ((0x11, 0x0a), "miscorrected error"),
    ((0x11, 0x0b), "unrecovered read error - recommend reassignment"),
    ((0x11, 0x0c), "unrecovered read error - recommend rewrite the data"),
    ((0x11, 0x0d), "de-compression CRC error"),
    ((0x11, 0x0e), "cannot decompress using declared algorithm"),
    ((0x11, 0x0f), "error reading UPC/EAN number"),
    ((0x11, 0x10), "error reading ISRC number"),
    ((0x11, 0x11), "read error - loss of streaming"),
    ((0x11, 0x12), "auxiliary memory read error"),
    ((0x11, 0x13), "read error - failed retransmission request"),
    ((0x12, 0x00), "address mark not found for ID field"),
    ((0x13, 0x00), "address mark not found for data field"),
    ((0x14, 0x00), "recorded entity not found"),
    ((0x14, 0x01), "record not found"),
    ((0x15, 0x00), "random positioning error"),
    ((0x15, 0x01), "mechanical positioning error"),
    ((0x15, 0x02), "positioning error detected by read of medium"),
    ((0x16, 0x00), "data synchronization mark error"),
    ((0x16, 0x01), "data sync error - data rewritten"),
    ((0x16, 0x02), "data sync error - recommend rewrite"),
    ((0x16, 0x03), "data sync error - data auto-reallocated"),
    ((0x16, 0x04), "data sync error - recommend reassignment"),
    ((0x17, 0x00), "recovered data with no error correction applied"),
    ((0x17, 0x01), "recovered data with retries"),
    ((0x17, 0x02), "recovered data with positive head offset"),
    ((0x17, 0x03), "recovered data with negative head offset"),
    ((0x17, 0x04), "recovered data with retries and/or CIRC applied"),
    ((0x17, 0x05), "recovered data using previous sector ID"),
    ((0x17, 0x06), "recovered data without ECC - data auto-reallocated"),
    ((0x17, 0x07), "recovered data without ECC - recommend reassignment"),
    ((0x17, 0x08), "recovered data without ECC - recommend rewrite"),
    ((0x17, 0x09), "recovered data without ECC - data rewritten"),
    ((0x18, 0x00), "recovered data with error correction applied"),
    ((0x18, 0x01), "recovered data with error correction and retries applied"),
    ((0x18, 0x02), "recovered data - data auto-reallocated"),
    ((0x18, 0x03), "recovered data with CIRC"),
    ((0x18, 0x04), "recovered data with L-EC"),
    ((0x18, 0x05), "recovered data - recommend reassignment"),
    ((0x18, 0x06), "recovered data - recommend rewrite"),
    ((0x18, 0x07), "recovered data with ECC - data rewritten"),
    ((0x18, 0x08), "recovered data with linking"),
    ((0x19, 0x00), "defect list error"),
    ((0x19, 0x01), "defect list not available"),
    ((0x19, 0x02), "defect list error in primary list"),
    ((0x19, 0x03), "defect list error in grown list"),
    ((0x1a, 0x00), "parameter list length error"),
    ((0x1b, 0x00), "synchronous data transfer error"),
    ((0x1c, 0x00), "defect list not found"),
    ((0x1c, 0x01), "primary defect list not found"),
    ((0x1c, 0x02), "grown defect list not found"),
    ((0x1d, 0x00), "miscompare during verify operation"),
    ((0x1e, 0x00), "recovered ID with ECC correction"),
    ((0x1f, 0x00), "partial defect list transfer"),
    ((0x20, 0x00), "invalid command operation code"),
    ((0x20, 0x01), "access denied - initiator pending-enrolled"),
    ((0x20, 0x02), "access denied - no access rights"),
    ((0x20, 0x03), "access denied - invalid management ID key"),
    ((0x20, 0x08), "access denied - enrollment conflict"),
    ((0x20, 0x09), "access denied - invalid LU identifier"),
    ((0x20, 0x0a), "access denied - invalid proxy token"),
    ((0x20, 0x0b), "access denied - ACL LUN conflict"),
    ((0x21, 0x00), "logical block address out of range"),
    ((0x21, 0x01), "invalid element address"),
    ((0x21, 0x02), "invalid address for write"),
    ((0x21, 0x03), "invalid write crossing layer jump"),
    ((0x22, 0x00), "illegal function"),
    ((0x24, 0x00), "invalid field in CDB"),
    ((0x24, 0x01), "CDB decryption error"),
    ((0x24, 0x08), "invalid XCDB"),
    ((0x25, 0x00), "logical unit not supported"),
    ((0x26, 0x00), "invalid field in parameter list"),
    ((0x26, 0x01), "parameter not supported"),
    ((0x26, 0x02), "parameter value invalid"),
    ((0x26, 0x03), "threshold parameters not supported"),
    ((0x26, 0x04), "invalid release of persistent reservation"),
    ((0x26, 0x05), "data decryption error"),
    ((0x26, 0x06), "too many target descriptors"),
    ((0x26, 0x07), "unsupported target descriptor type code"),
    ((0x26, 0x08), "too many segment descriptors"),
    ((0x26, 0x09), "unsupported segment descriptor type code"),
    ((0x26, 0x0a), "unexpected inexact segment"),
    ((0x26, 0x0b), "inline data length exceeded"),
    ((0x26, 0x0c), "invalid operation for copy source or destination"),
    ((0x26, 0x0d), "copy segment granularity violation"),
    ((0x26, 0x0e), "invalid parameter while port is enabled"),
    ((0x27, 0x00), "write protected"),
    ((0x27, 0x01), "hardware write protected"),
    ((0x27, 0x02), "logical unit software write protected"),
    ((0x27, 0x03), "associated write protect"),
    ((0x27, 0x04), "persistent write protect"),
    ((0x27, 0x05), "permanent write protect"),
    ((0x27, 0x06), "conditional write protect"),
    ((0x28, 0x00), "not ready to ready change, medium may have changed"),
    ((0x28, 0x01), "import or export element accessed"),
    ((0x28, 0x02), "format-layer may have changed"),
    ((0x29, 0x00), "power on, reset, or bus device reset occurred"),
    ((0x29, 0x01), "power on occurred"),
    ((0x29, 0x02), "SCSI bus reset occurred"),
    ((0x29, 0x03), "bus device reset function occurred"),
    ((0x29, 0x04), "device internal reset"),
    ((0x29, 0x05), "transceiver mode changed to single-ended"),
    ((0x29, 0x06), "transceiver mode changed to LVD"),
    ((0x29, 0x07), "I_T nexus loss occurred"),
    ((0x2a, 0x00), "parameters changed"),
    ((0x2a, 0x01), "mode parameters changed"),
    ((0x2a, 0x02), "log parameters changed"),
    ((0x2a, 0x03), "reservations preempted"),
    ((0x2a, 0x04), "reservations released"),
    ((0x2a, 0x05), "registrations preempted"),
    ((0x2a, 0x06), "asymmetric access state changed"),
    ((0x2a, 0x07), "implicit asymmetric access state transition failed"),
    ((0x2a, 0x08), "priority changed"),
    ((0x2a, 0x14), "SA creation capabilities data has changed"),
    ((0x2b, 0x00), "copy cannot execute since host cannot disconnect"),
    ((0x2c, 0x00), "command sequence error"),
    ((0x2c, 0x03), "current program area is not empty"),
    ((0x2c, 0x04), "current program area is empty"),
    ((0x2c, 0x05), "illegal power condition request"),
    ((0x2c, 0x06), "persistent prevent conflict"),
    ((0x2c, 0x07), "previous busy status"),
    ((0x2c, 0x08), "previous task set full status"),
    ((0x2c, 0x09), "previous reservation conflict status"),
    ((0x2d, 0x00), "overwrite error on update in place"),
    ((0x2e, 0x00), "insufficient time for operation"),
    ((0x2f, 0x00), "commands cleared by another initiator"),
    ((0x2f, 0x01), "commands cleared by power loss notification"),
    ((0x2f, 0x02), "commands cleared by device server"),
    ((0x30, 0x00), "incompatible medium installed"),
    ((0x30, 0x01), "cannot read medium - unknown format"),
    ((0x30, 0x02), "cannot read medium - incompatible format"),
    ((0x30, 0x03), "cleaning cartridge installed"),
    ((0x30, 0x04), "cannot write medium - unknown format"),
    ((0x30, 0x05), "cannot write medium - incompatible format"),
    ((0x30, 0x06), "cannot format medium - incompatible medium"),
    ((0x30, 0x07), "cleaning failure"),
    ((0x30, 0x08), "cannot write - application code mismatch"),
    ((0x30, 0x09), "current session not fixated for append"),
    ((0x30, 0x0a), "cleaning request rejected"),
    ((0x30, 0x10), "medium not formatted"),
    ((0x30, 0x11), "incompatible volume type"),
    ((0x30, 0x12), "incompatible volume qualifier"),
    ((0x31, 0x00), "medium format corrupted"),
    ((0x31, 0x01), "format command failed"),
    ((0x31, 0x02), "zoned formatting failed due to spare linking"),
    ((0x32, 0x00), "no defect spare location available"),
    ((0x32, 0x01), "defect list update failure"),
    ((0x33, 0x00), "tape length error"),
    ((0x34, 0x00), "enclosure failure"),
    ((0x35, 0x00), "enclosure services failure"),
    ((0x35, 0x01), "unsupported enclosure function"),
    ((0x35, 0x02), "enclosure services unavailable"),
    ((0x35, 0x03), "enclosure services transfer failure"),
    ((0x35, 0x04), "enclosure services transfer refused"),
    ((0x35, 0x05), "enclosure services checksum error"),
    ((0x37, 0x00), "rounded parameter"),
    ((0x38, 0x00), "event status notification"),
    ((0x38, 0x02), "ESN - power management class event"),
    ((0x38, 0x04), "ESN - media class event"),
    ((0x38, 0x06), "ESN - device busy class event"),
    ((0x39, 0x00), "saving parameters not supported"),
    ((0x3a, 0x00), "medium not present"),
    ((0x3a, 0x01), "medium not present - tray closed"),
    ((0x3a, 0x02), "medium not present - tray open"),
    ((0x3a, 0x03), "medium not present - loadable"),
    ((0x3a, 0x04), "medium not present - medium auxiliary memory accessible"),
    ((0x3b, 0x0d), "medium destination element full"),
    ((0x3b, 0x0e), "medium source element empty"),
    ((0x3b, 0x0f), "end of medium reached"),
    ((0x3b, 0x11), "medium magazine not accessible"),
    ((0x3b, 0x12), "medium magazine removed"),
    ((0x3b, 0x13), "medium magazine inserted"),
    ((0x3b, 0x14), "medium magazine locked"),
    ((0x3b, 0x15), "medium magazine unlocked"),
    ((0x3b, 0x16), "mechanical positioning or changer error"),
    ((0x3d, 0x00), "invalid bits in identify message"),
    ((0x3e, 0x00), "logical unit has not self-configured yet"),
    ((0x3e, 0x01), "logical unit failure"),
    ((0x3e, 0x02), "timeout on logical unit"),
    ((0x3e, 0x03), "logical unit failed self-test"),
    ((0x3e, 0x04), "logical unit unable to update self-test log"),
    ((0x3f, 0x00), "target operating conditions have changed"),
    ((0x3f, 0x01), "microcode has been changed"),
    ((0x3f, 0x02), "changed operating definition"),
    ((0x3f, 0x03), "inquiry data has changed"),
    ((0x3f, 0x04), "component device attached"),
    ((0x3f, 0x05), "device identifier changed"),
    ((0x3f, 0x06), "redundancy group created or modified"),
    ((0x3f, 0x07), "redundancy group deleted"),
    ((0x3f, 0x08), "spare created or modified"),
    ((0x3f, 0x09), "spare deleted"),
    ((0x3f, 0x0a), "volume set created or modified"),
    ((0x3f, 0x0b), "volume set deleted"),
    ((0x3f, 0x0c), "volume set deassigned"),
    ((0x3f, 0x0d), "volume set reassigned"),
    ((0x3f, 0x0e), "reported LUNs data has changed"),
    ((0x3f, 0x0f), "echo buffer overwritten"),
    ((0x3f, 0x10), "medium loadable"),
    ((0x3f, 0x11), "medium auxiliary memory accessible"),
    ((0x3f, 0x12), "iSCSI IP address added"),
    ((0x3f, 0x13), "iSCSI IP address removed"),
    ((0x3f, 0x14), "iSCSI IP address changed"),
    ((0x40, 0x00), "RAM failure"),
    ((0x41, 0x00), "data path failure"),
    ((0x42, 0x00), "power-on or self-test failure"),
    ((0x43, 0x00), "message error"),
    ((0x44, 0x00), "internal target failure"),
    ((0x45, 0x00), "select or reselect failure"),
    ((0x46, 0x00), "unsuccessful soft reset"),
    ((0x47, 0x00), "SCSI parity error"),
    ((0x47, 0x01), "data phase CRC error detected"),
    ((0x47, 0x02), "SCSI parity error detected during ST data phase"),
    ((0x47, 0x03), "information unit iuCRC error detected"),
    ((0x47, 0x04), "asynchronous information protection error detected"),
    ((0x47, 0x05), "protocol service CRC error"),
    ((0x47, 0x7f), "some commands cleared by iSCSI protocol event"),
    ((0x48, 0x00), "initiator detected error message received"),
    ((0x49, 0x00), "invalid message error"),
    ((0x4a, 0x00), "command phase error"),
    ((0x4b, 0x00), "data phase error"),
    ((0x4b, 0x01), "invalid target port transfer tag received"),
    ((0x4b, 0x02), "too much write data"),
    ((0x4b, 0x03), "ACK/NAK timeout"),
    ((0x4b, 0x04), "NAK received"),
    ((0x4b, 0x05), "data offset error"),
    ((0x4b, 0x06), "initiator response timeout"),
    ((0x4b, 0x07), "connection lost"),
    ((0x4b, 0x08), "data-in buffer overflow - data buffer size"),
    ((0x4b, 0x09), "data-in buffer overflow - data buffer descriptor area"),
    ((0x4b, 0x0a), "data-in buffer error"),
    ((0x4b, 0x0b), "data-out buffer overflow - data buffer size"),
    ((0x4b, 0x0c), "data-out buffer overflow - data buffer descriptor area"),
    ((0x4b, 0x0d), "data-out buffer error"),
    ((0x4c, 0x00), "logical unit failed self-configuration"),
    ((0x4e, 0x00), "overlapped commands attempted"),
    ((0x50, 0x00), "write append error"),
    ((0x51, 0x00), "erase failure"),
    ((0x51, 0x01), "erase failure - incomplete erase operation detected"),
    ((0x53, 0x00), "media load or eject failed"),
    ((0x53, 0x01), "unload tape failure"),
    ((0x53, 0x02), "medium removal prevented"),
    ((0x55, 0x00), "system resource failure"),
    ((0x55, 0x01), "system buffer full"),
    ((0x55, 0x02), "insufficient reservation resources"),
    ((0x55, 0x03), "insufficient resources"),
    ((0x55, 0x04), "insufficient registration resources"),
    ((0x55, 0x05), "insufficient access control resources"),
    ((0x55, 0x06), "auxiliary memory out of space"),
    ((0x55, 0x0b), "insufficient power for operation"),
    ((0x57, 0x00), "unable to recover table-of-contents"),
    ((0x58, 0x00), "generation does not exist"),
    ((0x59, 0x00), "updated block read"),
    ((0x5a, 0x00), "operator request or state change input"),
    ((0x5a, 0x01), "operator medium removal request"),
    ((0x5a, 0x02), "operator selected write protect"),
    ((0x5a, 0x03), "operator selected write permit"),
    ((0x5b, 0x00), "log exception"),
    ((0x5b, 0x01), "threshold condition met"),
    ((0x5b, 0x02), "log counter at maximum"),
    ((0x5b, 0x03), "log list codes exhausted"),
    ((0x5c, 0x00), "RPL status change"),
    ((0x5d, 0x00), "failure prediction threshold exceeded"),
    ((0x5d, 0x01), "media failure prediction threshold exceeded"),
    ((0x5d, 0x02), "logical unit failure prediction threshold exceeded"),
    ((0x5d, 0x03), "spare area exhaustion prediction threshold exceeded"),
    ((0x5d, 0xff), "failure prediction threshold exceeded (false)"),
    ((0x5e, 0x00), "low power condition on"),
    ((0x5e, 0x01), "idle condition activated by timer"),
    ((0x5e, 0x02), "standby condition activated by timer"),
    ((0x5e, 0x03), "idle condition activated by command"),
    ((0x5e, 0x04), "standby condition activated by command"),
    ((0x5e, 0x05), "idle_b condition activated by timer"),
    ((0x5e, 0x06), "idle_b condition activated by command"),
    ((0x5e, 0x07), "idle_c condition activated by timer"),
    ((0x5e, 0x08), "idle_c condition activated by command"),
    ((0x5e, 0x09), "standby_y condition activated by timer"),
    ((0x5e, 0x0a), "standby_y condition activated by command"),
    ((0x5e, 0x41), "power state change to active"),
    ((0x5e, 0x42), "power state change to idle"),
    ((0x5e, 0x43), "power state change to standby"),
    ((0x5e, 0x45), "power state change to sleep"),
    ((0x5e, 0x47), "power state change to device control"),
    ((0x60, 0x00), "lamp failure"),
    ((0x61, 0x00), "video acquisition error"),
    ((0x62, 0x00), "scan head positioning error"),
    ((0x63, 0x00), "end of user area encountered on this track"),
    ((0x63, 0x01), "packet does not fit in available space"),
    ((0x64, 0x00), "illegal mode for this track"),
    ((0x64, 0x01), "invalid packet size"),
    ((0x65, 0x00), "voltage fault"),
    ((0x67, 0x0a), "set target port groups command failed"),
    ((0x68, 0x00), "logical unit not configured"),
    ((0x69, 0x00), "data loss on logical unit"),
    ((0x6a, 0x00), "informational, refer to log"),
    ((0x6b, 0x00), "state change has occurred"),
    ((0x6c, 0x00), "rebuild failure occurred"),
    ((0x6d, 0x00), "recalculate failure occurred"),
    ((0x6e, 0x00), "command to logical unit failed"),
    ((0x6f, 0x00), "copy protection key exchange failure - authentication failure"),
    ((0x6f, 0x01), "copy protection key exchange failure - key not present"),
    ((0x6f, 0x02), "copy protection key exchange failure - key not established"),
    ((0x6f, 0x03), "read of scrambled sector without authentication"),
    ((0x6f, 0x04), "media region code is mismatched to logical unit region"),
    ((0x6f, 0x05), "drive region must be permanent/region reset count error"),
    ((0x6f, 0x06), "insufficient block count for binding nonce recording"),
    ((0x6f, 0x07), "conflict in binding nonce recording"),
    ((0x71, 0x00), "decompression exception long algorithm ID"),
    ((0x72, 0x00), "session fixation error"),
    ((0x72, 0x01), "session fixation error writing lead-in"),
    ((0x72, 0x02), "session fixation error writing lead-out"),
    ((0x72, 0x03), "session fixation error - incomplete track in session"),
    ((0x72, 0x04), "empty or partially written reserved track"),
    ((0x72, 0x05), "no more track reservations allowed"),
    ((0x72, 0x06), "RMZ extension is not allowed"),
    ((0x72, 0x07), "no more test zone extensions are allowed"),
    ((0x73, 0x00), "CD control error"),
    ((0x73, 0x01), "power calibration area almost full"),
    ((0x73, 0x02), "power calibration area is full"),
    ((0x73, 0x03), "power calibration area error"),
    ((0x73, 0x04), "program memory area update failure"),
    ((0x73, 0x05), "program memory area is full"),
    ((0x73, 0x06), "RMA/PMA is almost full"),
    ((0x73, 0x10), "current power calibration area almost full"),
    ((0x73, 0x11), "current power calibration area is full"),
    ((0x73, 0x17), "RDZ is full"),
    ((0x74, 0x00), "security error"),
    ((0x74, 0x08), "digital signature validation failure"),
    ((0x74, 0x0c), "unable to decrypt parameter list"),
    ((0x74, 0x10), "SA creation parameter value invalid"),
    ((0x74, 0x11), "SA creation parameter value rejected"),
    ((0x74, 0x12), "invalid SA usage"),
    ((0x74, 0x30), "SA creation parameter not supported"),
    ((0x74, 0x40), "authentication failed"),
    ((0x74, 0x71), "logical unit access not authorized"),
    ((0x74, 0x79), "security conflict in translated device"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn names_are_those_of_the_standard() {
        for (asc, ascq, expected) in [
            (0x04, 0x01, "logical unit is in process of becoming ready"),
            (0x04, 0x02, "logical unit not ready, initializing command required"),
            (0x11, 0x00, "unrecovered read error"),
            (0x1a, 0x00, "parameter list length error"),
            (0x21, 0x02, "invalid address for write"),
            (0x28, 0x00, "not ready to ready change, medium may have changed"),
            (0x29, 0x00, "power on, reset, or bus device reset occurred"),
            (0x30, 0x10, "medium not formatted"),
            (0x3a, 0x01, "medium not present - tray closed"),
            (0x3a, 0x02, "medium not present - tray open"),
            (0x3e, 0x02, "timeout on logical unit"),
            (0x53, 0x02, "medium removal prevented"),
            (0x57, 0x00, "unable to recover table-of-contents"),
            (0x63, 0x00, "end of user area encountered on this track"),
            (0x6f, 0x04, "media region code is mismatched to logical unit region"),
            (0x73, 0x02, "power calibration area is full"),
        ] {
            assert_eq!(name(asc, ascq), expected);
        }
    }

    #[test]
    fn names_are_found_in_a_text() {
        for (text, code) in [
            ("Add. Sense: Invalid field in cdb", Some((0x24, 0x00))),
            ("write error - loss of streaming", Some((0x0c, 0x09))),
            ("MEDIUM NOT PRESENT - TRAY OPEN", Some((0x3a, 0x02))),
            ("No additional sense", Some((0x00, 0x00))),
            ("nothing of the kind", None),
        ] {
            assert_eq!(find(text), code, "{text}");
        }
        for (code, name) in NAMES {
            assert_eq!(find(name), Some(*code), "{name}");
        }
    }

    #[test]
    fn what_the_standard_does_not_name_is_told_by_its_numbers() {
        // real-drives: TEAC's buffer underrun, an unnamed writer's A8/04, PLEXTOR PX-760A's seek.
        assert_eq!(name(0xba, 0x00), "vendor specific bah/00h");
        assert_eq!(name(0xa8, 0x04), "vendor specific a8h/04h");
        assert_eq!(name(0x02, 0x8d), "no seek complete, vendor specific 8dh");
        assert_eq!(name(0x0c, 0x80), "write error, vendor specific 80h");
        assert_eq!(name(0x40, 0x81), "diagnostic failure on component 81h");
        assert_eq!(name(0x05, 0x77), "unknown code 05h/77h");
    }

    /// real-drives: sense-pairs-from-logs and kernel-log-sense-lines, as wodim, cdrecord, readcd
    /// and the kernel printed them. Where a log has the triple or the text alone (30/06, 06/00,
    /// 3e/02, 30/01, 00/00), the rest of the bytes is derived.
    #[test]
    fn real_sense_means_what_other_programs_printed() {
        for line in PRINTED.lines() {
            let (raw, printed) = line.split_at(41);
            let bytes: Result<Vec<u8>, _> =
                raw.split(' ').map(|byte| u8::from_str_radix(byte, 16)).collect();
            let sense = crate::transport::Sense::parse(&bytes.expect("hex")).expect("sense");
            assert_eq!(sense.name().to_lowercase(), printed.trim().to_lowercase(), "{raw}");
        }
    }

    /// The first 14 bytes of sense data, and the name that was printed.
    const PRINTED: &str = "\
70 00 05 00 00 00 00 0a 00 00 00 00 6f 03 read of scrambled sector without authentication
f0 00 03 00 00 00 00 0a 00 00 00 00 11 05 L-EC uncorrectable error
70 00 05 00 00 00 00 0a 00 00 00 00 64 00 illegal mode for this track
70 00 25 00 00 00 00 0a 00 00 00 00 64 00 illegal mode for this track
f0 00 25 00 00 00 00 0a 28 0a 01 80 64 00 illegal mode for this track
70 00 05 00 00 00 00 0a 00 00 00 00 26 00 invalid field in parameter list
f0 00 03 00 04 34 4f 0a 00 00 00 00 02 00 no seek complete
70 00 04 00 00 00 00 0a 00 00 00 00 08 00 logical unit communication failure
70 00 05 00 00 00 00 0a be f8 00 08 24 00 Invalid field in cdb
f0 00 05 00 00 00 00 0a 00 00 00 00 21 02 invalid address for write
70 00 03 00 00 00 00 0a 00 00 00 00 73 03 power calibration area error
70 00 03 00 00 4b 7e 0a 00 00 00 00 0c 00 write error
f0 00 03 00 00 27 18 0a 00 00 00 00 0c 09 write error - loss of streaming
70 00 04 00 00 00 00 0c 00 00 00 00 09 02 focus servo failure
70 00 05 00 00 00 00 0a 00 00 00 00 30 06 cannot format medium - incompatible medium
71 00 03 00 98 32 21 0e 00 00 00 00 0c 00 write error
71 00 03 00 00 00 00 0a 34 2c 03 80 73 04 program memory area update failure
71 00 03 00 00 00 00 0a 00 00 00 00 02 00 no seek complete
70 00 05 00 00 00 00 13 00 00 00 00 72 03 session fixation error - incomplete track in session
70 00 04 00 00 00 00 0e 00 00 00 00 08 03 logical unit communication crc error (ultra-dma/32)
70 00 04 00 1c 88 99 0e 00 00 00 00 44 00 internal target failure
70 00 04 0a 93 70 6e 0e 26 01 30 e6 08 01 logical unit communication time-out
70 00 05 00 00 00 00 12 00 00 00 00 30 05 cannot write medium - incompatible format
70 00 05 00 00 00 00 0a 00 00 00 00 72 04 empty or partially written reserved track
70 00 03 00 00 00 00 0a 34 1d 04 80 10 00 id crc or ecc error
70 00 03 00 00 00 00 0a 00 00 00 00 06 00 no reference position found
70 00 04 00 00 00 00 0a 00 00 00 00 3e 02 Timeout on logical unit
70 00 03 00 00 00 00 0a 00 00 00 00 30 01 Cannot read medium - unknown format
70 00 08 00 00 00 00 0a 00 00 00 00 00 00 no additional sense information";
}
