//! The one place that decides what came of a command: status, host status, driver status and
//! residual together. Peers that read the status byte alone take a command the kernel killed
//! (`host` 3, `status` 0) for good data.

use std::time::Duration;

use super::{Answer, Errno, Sense, SenseKey};

/// SCSI status byte (SAM-5 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 00h.
    Good,
    /// 02h: the sense data says more.
    CheckCondition,
    /// 08h: ask again.
    Busy,
    /// 18h: another initiator holds the drive.
    ReservationConflict,
    /// 28h: too many commands at once.
    TaskSetFull,
    /// 40h.
    TaskAborted,
    /// Anything else, such as the 04h and 05h of failing USB bridges.
    Other(u8),
}

impl From<u8> for Status {
    fn from(byte: u8) -> Status {
        match byte {
            0x00 => Status::Good,
            0x02 => Status::CheckCondition,
            0x08 => Status::Busy,
            0x18 => Status::ReservationConflict,
            0x28 => Status::TaskSetFull,
            0x40 => Status::TaskAborted,
            other => Status::Other(other),
        }
    }
}

/// The drive answered, whatever it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it said in one byte.
    pub status: Status,
    /// What it said in full, if it did.
    pub sense: Option<Sense>,
    /// Bytes of the data phase that really moved.
    pub transferred: usize,
    /// How long it took.
    pub duration: Duration,
}

/// The command did not happen, or nobody can know whether it did. Never data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The drive is not there any more.
    #[error("the drive is gone")]
    Gone,
    /// The kernel does not let this user send this command.
    #[error("the kernel refused to pass the command on (operation not permitted)")]
    Refused,
    /// No answer in time; the kernel gave the command up.
    #[error("no answer in time, the command was aborted")]
    Timeout,
    /// The host adapter, the cable or the USB bridge failed.
    #[error("the command was lost on the way ({}, driver status {driver:02x}h)", host_name(*.host))]
    Host {
        /// `DID_*`.
        host: u16,
        /// `DRIVER_*`.
        driver: u16,
    },
    /// More bytes than the host adapter moves in one command.
    #[error("more data than one command can move on this drive's bus")]
    TooLarge,
    /// The operating system refused the call.
    #[error("{}", .0.desc())]
    Os(Errno),
}

/// Linux' name of a host status (`include/scsi/scsi_status.h`).
pub fn host_name(host: u16) -> String {
    let name = match host {
        0x00 => "DID_OK",
        0x01 => "DID_NO_CONNECT",
        0x02 => "DID_BUS_BUSY",
        0x03 => "DID_TIME_OUT",
        0x04 => "DID_BAD_TARGET",
        0x05 => "DID_ABORT",
        0x06 => "DID_PARITY",
        0x07 => "DID_ERROR",
        0x08 => "DID_RESET",
        0x09 => "DID_BAD_INTR",
        0x0a => "DID_PASSTHROUGH",
        0x0b => "DID_SOFT_ERROR",
        0x0c => "DID_IMM_RETRY",
        0x0d => "DID_REQUEUE",
        0x0e => "DID_TRANSPORT_DISRUPTED",
        0x0f => "DID_TRANSPORT_FAILFAST",
        0x10 => "DID_TARGET_FAILURE",
        0x11 => "DID_NEXUS_FAILURE",
        0x12 => "DID_ALLOC_FAILURE",
        0x13 => "DID_MEDIUM_ERROR",
        other => return format!("host status {other:02x}h"),
    };
    name.to_string()
}

const DID_NO_CONNECT: u16 = 0x01;
const DID_TIME_OUT: u16 = 0x03;
/// `DID_TARGET_FAILURE` to `DID_MEDIUM_ERROR`: the kernel's summary of sense data, not an event of
/// its own (seen with 5/24/00: kernel-log-sense-lines, HL-DT-ST GT80N).
const DID_FROM_SENSE: std::ops::RangeInclusive<u16> = 0x10..=0x13;
const DRIVER_TIMEOUT: u16 = 0x06;
/// Only says that sense is present.
const DRIVER_SENSE: u16 = 0x08;

/// What an errno of the call itself means.
pub fn judge_errno(errno: Errno) -> TransportError {
    match errno {
        Errno::ENODEV | Errno::ENXIO => TransportError::Gone,
        Errno::EPERM => TransportError::Refused,
        Errno::EMSGSIZE => TransportError::TooLarge,
        other => TransportError::Os(other),
    }
}

/// What an answer means, for a command whose data phase could move `asked` bytes.
///
/// # Errors
/// The command was killed or lost: whatever is in the buffer is no data.
pub fn judge(answer: &Answer, asked: usize) -> Result<Completion, TransportError> {
    let sense = Sense::parse(&answer.sense);
    let driver = answer.driver & 0x0f;
    let summary = DID_FROM_SENSE.contains(&answer.host) && sense.is_some();
    if answer.host != 0 && !summary {
        return Err(match answer.host {
            DID_NO_CONNECT => TransportError::Gone,
            DID_TIME_OUT => TransportError::Timeout,
            host => TransportError::Host { host, driver: answer.driver },
        });
    }
    match driver {
        0 | DRIVER_SENSE => {}
        DRIVER_TIMEOUT => return Err(TransportError::Timeout),
        _ => return Err(TransportError::Host { host: answer.host, driver: answer.driver }),
    }
    let mut status = Status::from(answer.status);
    // A drive's refusal that lost its status byte on the way, as libata of old delivered it.
    let says_no =
        sense.as_ref().is_some_and(|s| !matches!(s.key, SenseKey::NoSense | SenseKey::Recovered));
    if status == Status::Good && driver == DRIVER_SENSE && says_no {
        status = Status::CheckCondition;
    }
    let missing = usize::try_from(answer.resid).unwrap_or(0);
    Ok(Completion {
        status,
        sense,
        transferred: asked.saturating_sub(missing),
        duration: answer.duration,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIUM_ERROR: [u8; 18] =
        [0xf0, 0, 3, 0, 0, 4, 0xd2, 10, 0, 0, 0, 0, 0x11, 0x05, 0, 0, 0, 0];

    fn answer(status: u8, host: u16, driver: u16, resid: i32, sense: &[u8]) -> Answer {
        Answer { status, host, driver, resid, sense: sense.to_vec(), duration: Duration::ZERO }
    }

    #[test]
    fn all_zero_is_good_and_whole() {
        let done = judge(&answer(0, 0, 0, 0, &[]), 2048).expect("good");
        assert_eq!((done.status, done.transferred), (Status::Good, 2048));
    }

    #[test]
    fn a_killed_command_with_status_zero_is_no_data() {
        assert_eq!(judge(&answer(0, 3, 0, 0, &[]), 2048), Err(TransportError::Timeout));
        assert_eq!(judge(&answer(0, 1, 0, 0, &[]), 2048), Err(TransportError::Gone));
        assert_eq!(
            judge(&answer(0, 7, 0, 0, &[]), 2048),
            Err(TransportError::Host { host: 7, driver: 0 })
        );
        assert_eq!(judge(&answer(0, 0, 6, 0, &[]), 2048), Err(TransportError::Timeout));
        assert_eq!(
            judge(&answer(0, 0, 4, 0, &[]), 2048),
            Err(TransportError::Host { host: 0, driver: 4 })
        );
    }

    #[test]
    fn a_short_transfer_is_counted_as_short() {
        assert_eq!(judge(&answer(0, 0, 0, 512, &[]), 2048).expect("good").transferred, 1536);
        assert_eq!(judge(&answer(0, 0, 0, 9999, &[]), 2048).expect("good").transferred, 0);
        assert_eq!(judge(&answer(0, 0, 0, -4, &[]), 2048).expect("good").transferred, 2048);
    }

    #[test]
    fn driver_sense_alone_is_no_failure_and_sense_decides() {
        let done = judge(&answer(2, 0, 8, 2048, &MEDIUM_ERROR), 2048).expect("answered");
        assert_eq!(done.status, Status::CheckCondition);
        assert_eq!(done.sense.expect("sense").information, Some(1234));
        // Status byte lost, sense kept.
        let done = judge(&answer(0, 0, 8, 2048, &MEDIUM_ERROR), 2048).expect("answered");
        assert_eq!(done.status, Status::CheckCondition);
    }

    #[test]
    fn a_host_status_made_from_sense_leaves_the_word_to_the_sense() {
        let done = judge(&answer(2, 0x10, 8, 0, &MEDIUM_ERROR), 0).expect("answered");
        assert_eq!(done.status, Status::CheckCondition);
        assert!(judge(&answer(2, 0x10, 8, 0, &[]), 0).is_err());
    }

    #[test]
    fn errnos_of_the_call_are_told_apart() {
        assert_eq!(judge_errno(Errno::ENODEV), TransportError::Gone);
        assert_eq!(judge_errno(Errno::EPERM), TransportError::Refused);
        assert_eq!(judge_errno(Errno::EMSGSIZE), TransportError::TooLarge);
        assert_eq!(judge_errno(Errno::EIO), TransportError::Os(Errno::EIO));
    }
}
