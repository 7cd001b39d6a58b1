//! The ioctls besides `SG_IO` that programs make on an optical drive, answered as the kernel's
//! `sr`, `sg` and `cdrom` drivers do: from what they keep themselves, or by the same commands to
//! the drive. What is not here fails with ENOTTY, as an ioctl does that a driver does not know.

use std::time::Duration;

use nix::errno::Errno;

use super::memory::Memory;
use super::node::Kind;
use super::sg_io;
use crate::transport::{Answer, Cdb, Data, Sense, Transport, verdict};

// linux/fs.h
const BLKROGET: u32 = 0x125e;
const BLKGETSIZE: u32 = 0x1260;
const BLKFLSBUF: u32 = 0x1261;
const BLKSECTGET: u32 = 0x1267;
const BLKSSZGET: u32 = 0x1268;
const BLKGETSIZE64: u32 = 0x8008_1272;
// scsi/sg.h
const SG_SET_TIMEOUT: u32 = 0x2201;
const SG_GET_TIMEOUT: u32 = 0x2202;
const SG_EMULATED_HOST: u32 = 0x2203;
const SG_SET_COMMAND_Q: u32 = 0x2271;
const SG_GET_RESERVED_SIZE: u32 = 0x2272;
const SG_SET_RESERVED_SIZE: u32 = 0x2275;
const SG_GET_SCSI_ID: u32 = 0x2276;
const SG_GET_VERSION_NUM: u32 = 0x2282;
const SG_IO: u32 = 0x2285;
// scsi/scsi_ioctl.h
const SCSI_IOCTL_GET_IDLUN: u32 = 0x5382;
const SCSI_IOCTL_GET_BUS_NUMBER: u32 = 0x5386;
// linux/cdrom.h
const CDROMREADTOCHDR: u32 = 0x5305;
const CDROMREADTOCENTRY: u32 = 0x5306;
const CDROMEJECT: u32 = 0x5309;
const CDROMMULTISESSION: u32 = 0x5310;
const CDROMCLOSETRAY: u32 = 0x5319;
const CDROM_SET_OPTIONS: u32 = 0x5320;
const CDROM_CLEAR_OPTIONS: u32 = 0x5321;
const CDROM_SELECT_SPEED: u32 = 0x5322;
const CDROM_MEDIA_CHANGED: u32 = 0x5325;
const CDROM_DRIVE_STATUS: u32 = 0x5326;
const CDROM_DISC_STATUS: u32 = 0x5327;
const CDROM_LOCKDOOR: u32 = 0x5329;
const CDROM_GET_CAPABILITY: u32 = 0x5331;
const CDROM_SEND_PACKET: u32 = 0x5393;

/// `CDS_*`: what CDROM_DRIVE_STATUS and CDROM_DISC_STATUS return.
const NO_DISC: i64 = 1;
const TRAY_OPEN: i64 = 2;
const NOT_READY: i64 = 3;
const DISC_OK: i64 = 4;
const AUDIO: i64 = 100;
const DATA_1: i64 = 101;
const MIXED: i64 = 105;

/// What the sg driver of Linux 6 answers, and what `sr` answers for it.
const SG_VERSION: i32 = 30_536;
const SR_SG_VERSION: i32 = 30_527;
/// TYPE_ROM: a CD, DVD or BD drive (SPC-4 table 142).
const TYPE_ROM: i32 = 5;
/// `SR_TIMEOUT` of the kernel.
const TIMEOUT: Duration = Duration::from_secs(30);
/// `IOCTL_RETRIES` and the pause of `sr_do_ioctl`.
const LOOKS_MAX: u32 = 10;
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// 60 s in the kernel's `USER_HZ` of 100.
const SG_TIMEOUT_TICKS: i64 = 6000;

/// An ioctl on the node, and what is needed to answer it.
pub(super) struct Ioctl<'a> {
    pub(super) transport: &'a mut dyn Transport,
    pub(super) memory: Memory,
    pub(super) kind: Kind,
    pub(super) minor: u32,
    pub(super) argument: u64,
    /// Whether the process still waits for the answer.
    pub(super) waits: &'a dyn Fn() -> bool,
    /// Room for data.
    pub(super) buffer: &'a mut Vec<u8>,
}

impl Ioctl<'_> {
    /// What it returns.
    ///
    /// # Errors
    /// What it fails with.
    pub(super) fn answer(&mut self, request: u32) -> Result<i64, Errno> {
        match (request, self.kind) {
            (SG_IO, _) => {
                sg_io::answer(self.transport, self.memory, self.argument, self.waits, self.buffer)
            }
            (SG_GET_VERSION_NUM, Kind::Sr) => self.put_int(SR_SG_VERSION),
            (SG_GET_VERSION_NUM, Kind::Sg) => self.put_int(SG_VERSION),
            (SG_SET_TIMEOUT | SG_SET_RESERVED_SIZE | SG_SET_COMMAND_Q, _) => Ok(0),
            (SG_GET_TIMEOUT, _) => Ok(SG_TIMEOUT_TICKS),
            (SG_EMULATED_HOST, _) => self.put_int(0),
            (SG_GET_RESERVED_SIZE, _) => {
                let size = self.transport.max_transfer();
                self.put_int(i32::try_from(size).unwrap_or(i32::MAX))
            }
            (BLKSECTGET, Kind::Sr) => {
                let sectors = self.transport.max_transfer() / 512;
                self.put(&u16::try_from(sectors).unwrap_or(u16::MAX).to_ne_bytes())
            }
            (BLKSECTGET, Kind::Sg) => {
                let size = self.transport.max_transfer();
                self.put_int(i32::try_from(size).unwrap_or(i32::MAX))
            }
            (SG_GET_SCSI_ID, Kind::Sg) => self.scsi_id(),
            // four_in_one: host number << 24 | channel << 16 | lun << 8 | target; host_unique_id.
            (SCSI_IOCTL_GET_IDLUN, _) => {
                let id = [self.minor << 24, self.minor].map(u32::to_ne_bytes);
                self.put(&id.concat())
            }
            (SCSI_IOCTL_GET_BUS_NUMBER, _) => self.put_int(self.minor as i32),
            (request, Kind::Sr) => self.answer_cdrom(request),
            (_, Kind::Sg) => Err(Errno::ENOTTY),
        }
    }

    /// The ioctls that only a block device or a CD-ROM device has.
    fn answer_cdrom(&mut self, request: u32) -> Result<i64, Errno> {
        match request {
            BLKGETSIZE64 => {
                let bytes = self.capacity_bytes()?;
                self.put(&bytes.to_ne_bytes())
            }
            BLKGETSIZE => {
                let sectors = self.capacity_bytes()? / 512;
                self.put(&sectors.to_ne_bytes())
            }
            BLKSSZGET => self.put_int(2048),
            BLKROGET => self.put_int(1),
            BLKFLSBUF | CDROM_MEDIA_CHANGED | CDROM_SET_OPTIONS | CDROM_CLEAR_OPTIONS => Ok(0),
            CDROM_DRIVE_STATUS => self.drive_status(),
            CDROM_DISC_STATUS => self.disc_status(),
            CDROM_GET_CAPABILITY => self.capabilities(),
            CDROM_SELECT_SPEED => self.select_speed(),
            CDROM_LOCKDOOR => self.run(&[0x1e, 0, 0, 0, u8::from(self.argument != 0), 0]),
            // START STOP UNIT: LoEj, without and with Start.
            CDROMEJECT => self.run(&[0x1b, 0, 0, 0, 0x02, 0]),
            CDROMCLOSETRAY => self.run(&[0x1b, 0, 0, 0, 0x03, 0]),
            CDROMREADTOCHDR => self.toc_header(),
            CDROMREADTOCENTRY => self.toc_entry(),
            CDROMMULTISESSION => self.multisession(),
            CDROM_SEND_PACKET => self.send_packet(),
            _ => Err(Errno::ENOTTY),
        }
    }

    fn put(&self, bytes: &[u8]) -> Result<i64, Errno> {
        self.memory.write(self.argument, bytes).map(|()| 0)
    }

    fn put_int(&self, value: i32) -> Result<i64, Errno> {
        self.put(&value.to_ne_bytes())
    }

    /// `struct sg_scsi_id`: host, channel, id, lun, type (ints), two shorts, two ints.
    fn scsi_id(&self) -> Result<i64, Errno> {
        let mut id = [0; 32];
        id[0..4].copy_from_slice(&(self.minor as i32).to_ne_bytes());
        id[16..20].copy_from_slice(&TYPE_ROM.to_ne_bytes());
        id[20..22].copy_from_slice(&1u16.to_ne_bytes());
        id[22..24].copy_from_slice(&1u16.to_ne_bytes());
        self.put(&id)
    }

    /// Sends a command as the kernel does: a unit attention is passed over, once.
    fn send(&mut self, cdb: &[u8], data: &mut [u8]) -> Result<(Answer, Option<Sense>), Errno> {
        let mut again = true;
        loop {
            let phase = if data.is_empty() { Data::None } else { Data::In(data) };
            let answer = self.transport.execute(&Cdb::new(cdb), phase, TIMEOUT)?;
            let done = verdict::judge(&answer, data.len()).map_err(|_| Errno::EIO)?;
            let attention = done.sense.as_ref().is_some_and(|s| s.triple().0 == 6);
            if attention && again {
                again = false;
                continue;
            }
            return Ok((answer, done.sense));
        }
    }

    /// Sends a command that must succeed; waits for a disc that spins up.
    fn ask(&mut self, cdb: &[u8], data: &mut [u8]) -> Result<(), Errno> {
        let mut looks = 0;
        loop {
            let (answer, sense) = self.send(cdb, data)?;
            return match (answer.status, sense.map(|sense| sense.triple())) {
                (0, _) => Ok(()),
                (_, Some((2, 0x04, 0x01))) if looks < LOOKS_MAX => {
                    looks += 1;
                    self.transport.wait(LOOK_EVERY);
                    continue;
                }
                (_, Some((2, 0x3a, _))) => Err(Errno::ENOMEDIUM),
                (_, Some((5, 0x20 | 0x24, _))) => Err(Errno::EINVAL),
                _ => Err(Errno::EIO),
            };
        }
    }

    fn run(&mut self, cdb: &[u8]) -> Result<i64, Errno> {
        self.ask(cdb, &mut []).map(|()| 0)
    }

    fn capacity_bytes(&mut self) -> Result<u64, Errno> {
        let mut data = [0; 8];
        self.ask(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], &mut data)?;
        let [a, b, c, d, ..] = data;
        Ok((u64::from(u32::from_be_bytes([a, b, c, d])) + 1) * 2048)
    }

    fn drive_status(&mut self) -> Result<i64, Errno> {
        let (answer, sense) = self.send(&[0; 6], &mut [])?;
        Ok(match (answer.status, sense.map(|sense| sense.triple())) {
            (0, _) => DISC_OK,
            (_, Some((2, 0x3a, 0x02))) => TRAY_OPEN,
            (_, Some((2, 0x3a, _))) => NO_DISC,
            (_, Some((2, 0x04, _))) => NOT_READY,
            _ => DISC_OK,
        })
    }

    /// From the tracks' CONTROL fields, as `cdrom_count_tracks` does.
    fn disc_status(&mut self) -> Result<i64, Errno> {
        match self.drive_status()? {
            DISC_OK => {}
            other => return Ok(other),
        }
        let mut toc = vec![0; 4 + 100 * 8];
        self.read_toc(0, 0, 0, &mut toc)?;
        let len = usize::from(u16::from_be_bytes([toc[0], toc[1]])) + 2;
        let tracks = toc.get(4..len).unwrap_or_default().chunks_exact(8);
        let (mut audio, mut data) = (false, false);
        for track in tracks.filter(|track| track[2] != 0xaa) {
            *(if track[1] & 0x04 != 0 { &mut data } else { &mut audio }) = true;
        }
        Ok(match (audio, data) {
            (true, true) => MIXED,
            (true, false) => AUDIO,
            _ => DATA_1,
        })
    }

    /// READ TOC/PMA/ATIP.
    fn read_toc(&mut self, msf: u8, format: u8, track: u8, data: &mut [u8]) -> Result<(), Errno> {
        let [high, low] = (data.len() as u16).to_be_bytes();
        self.ask(&[0x43, msf << 1, format, 0, 0, 0, track, high, low, 0], data)
    }

    /// `struct cdrom_tochdr`: first and last track.
    fn toc_header(&mut self) -> Result<i64, Errno> {
        let mut toc = [0; 12];
        self.read_toc(0, 0, 0, &mut toc)?;
        self.put(&toc[2..4])
    }

    /// `struct cdrom_tocentry`: track, adr and ctrl, format (in), padding, an int or three bytes of
    /// address, data mode.
    fn toc_entry(&mut self) -> Result<i64, Errno> {
        let mut entry: [u8; 12] = self.memory.read_array(self.argument)?;
        let msf = match entry[2] {
            1 => 0,
            2 => 1,
            _ => return Err(Errno::EINVAL),
        };
        let mut toc = [0; 12];
        self.read_toc(msf, 0, entry[0], &mut toc)?;
        // The drive sends ADR above CONTROL, the kernel's bit fields have it below.
        entry[1] = toc[5].rotate_left(4);
        put_address(&mut entry[4..8], msf, &toc[8..12]);
        entry[8] = u8::from(toc[5] & 0x04 != 0);
        self.put(&entry)
    }

    /// `struct cdrom_multisession`: address of the last session, XA flag, format (in).
    fn multisession(&mut self) -> Result<i64, Errno> {
        let mut info: [u8; 8] = self.memory.read_array(self.argument)?;
        let msf = match info[5] {
            1 => 0,
            2 => 1,
            _ => return Err(Errno::EINVAL),
        };
        let mut toc = [0; 12];
        self.read_toc(msf, 1, 0, &mut toc)?;
        put_address(&mut info[0..4], msf, &toc[8..12]);
        info[4] = u8::from(toc[2] != toc[3]);
        self.put(&info)
    }

    /// SET CD SPEED; the argument is in multiples of 177 kB/s, 0 the fastest.
    fn select_speed(&mut self) -> Result<i64, Errno> {
        let speed = match self.argument {
            0 => u16::MAX,
            times => u16::try_from(times.saturating_mul(177)).unwrap_or(u16::MAX),
        };
        let [high, low] = speed.to_be_bytes();
        self.run(&[0xbb, 0, high, low, 0xff, 0xff, 0, 0, 0, 0, 0, 0])
    }

    /// `CDC_*` bits from mode page 2Ah, as `get_capabilities` of `sr` reads them.
    fn capabilities(&mut self) -> Result<i64, Errno> {
        // What every drive of this kind does: the tray, the lock, speeds, sessions, status,
        // packets.
        let mut bits = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200 | 0x800 | 0x1000;
        let mut data = [0; 128];
        let page = match self.ask(&[0x5a, 0x08, 0x2a, 0, 0, 0, 0, 0, 128, 0], &mut data) {
            Ok(()) => {
                let start = 8 + usize::from(u16::from_be_bytes([data[6], data[7]]));
                data.get(start..start + 8).map(|page| [page[2], page[3], page[6]])
            }
            Err(_) => None,
        };
        if let Some([reads, writes, mechanics]) = page {
            let has = |byte: u8, mask: u8, bit: i64| if byte & mask != 0 { bit } else { 0 };
            bits |= has(reads, 0x08, 0x8000) | has(writes, 0x20, 0x2_0000);
            bits |= has(writes, 0x10, 0x1_0000) | has(writes, 0x02, 0x4000);
            bits |= has(writes, 0x01, 0x2000);
            // Loading mechanism caddy or pop-up has no tray to close.
            if mechanics >> 5 == 0 || mechanics >> 5 == 2 {
                bits &= !0x1;
            }
        }
        Ok(bits)
    }

    /// `struct cdrom_generic_command`: a command without `sg_io_hdr` around it.
    fn send_packet(&mut self) -> Result<i64, Errno> {
        const READ: u8 = 2;
        const WRITE: u8 = 1;
        const NONE: u8 = 3;
        let raw: [u8; 64] = self.memory.read_array(self.argument)?;
        let pointer = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&raw[at..at + 8]);
            u64::from_ne_bytes(bytes)
        };
        let buffer = pointer(16);
        let len = u32::from_ne_bytes([raw[24], raw[25], raw[26], raw[27]]) as usize;
        if len > self.transport.max_transfer() {
            return Err(Errno::EINVAL);
        }
        let cdb = &raw[..cdb_len(raw[0])];
        let mut data = vec![0; len];
        let phase = match raw[40] {
            _ if len == 0 => Data::None,
            READ => Data::In(&mut data),
            WRITE => {
                self.memory.read(buffer, &mut data)?;
                Data::Out(&data)
            }
            NONE => Data::None,
            _ => return Err(Errno::EINVAL),
        };
        let answer = self.transport.execute(&Cdb::new(cdb), phase, TIMEOUT)?;
        let done = verdict::judge(&answer, len).map_err(|_| Errno::EIO)?;
        if raw[40] == READ {
            self.memory.write(buffer, &data[..done.transferred.min(len)])?;
        }
        let sense = pointer(32);
        if sense != 0 {
            let mut fixed = answer.sense;
            fixed.resize(64, 0);
            self.memory.write(sense, &fixed)?;
        }
        self.memory.write(self.argument + 28, &i32::from(answer.status != 0).to_ne_bytes())?;
        if answer.status == 0 { Ok(0) } else { Err(Errno::EIO) }
    }
}

/// Length of a command by the group in its first byte (SPC-4 4.2.5.1); packets are 12 at most.
fn cdb_len(opcode: u8) -> usize {
    match opcode >> 5 {
        0 => 6,
        1 | 2 => 10,
        _ => 12,
    }
}

/// `union cdrom_addr`: an int, or minute, second, frame.
fn put_address(to: &mut [u8], msf: u8, from: &[u8]) {
    let &[a, b, c, d] = from else { return };
    let bytes =
        if msf == 0 { u32::from_be_bytes([a, b, c, d]).to_ne_bytes() } else { [b, c, d, 0] };
    to.copy_from_slice(&bytes);
}
