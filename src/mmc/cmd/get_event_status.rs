//! GET EVENT STATUS NOTIFICATION (MMC-6 6.7), polled: what happened to the medium, and which button
//! was pressed. Each event is told once.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for the most urgent event of the classes.
#[derive(Clone, Copy, Debug)]
pub struct GetEventStatus {
    /// Media events are of interest.
    pub media: bool,
    /// Buttons are of interest.
    pub external_request: bool,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventStatus {
    /// SUPPORTED EVENT CLASSES, a bit each.
    pub supported: u8,
    /// What happened; `None` where no class asked for is supported.
    pub event: Option<Event>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Class 4: the medium.
    Media {
        /// What became of it.
        change: MediaChange,
        /// MEDIA PRESENT.
        present: bool,
        /// DOOR OR TRAY OPEN.
        open: bool,
    },
    /// Class 3: somebody pressed a button, or another host asks for the drive.
    ExternalRequest {
        /// EXTERNAL REQUEST EVENT: 0 none, 1 key down, 2 key up, 3 notification.
        code: u8,
        /// EXTERNAL REQUEST: 0101h play, 0102h rewind, …; 0 unknown.
        request: u16,
    },
    /// A class that was not asked for.
    Other {
        /// NOTIFICATION CLASS.
        class: u8,
        /// The event's four bytes.
        bytes: [u8; 4],
    },
}

/// MEDIA EVENT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaChange {
    /// 0h.
    None,
    /// 1h: the button was pressed while the tray was locked.
    EjectRequest,
    /// 2h: there is a medium, ready to be used.
    New,
    /// 3h: it was taken out.
    Removed,
    /// 4h: another one is to be loaded.
    Changed,
    /// 5h: the format in the background is done.
    BackgroundFormatDone,
    /// 6h: it was taken up again.
    BackgroundFormatRestarted,
    /// Any other.
    Other(u8),
}

impl Request for GetEventStatus {
    const NAME: &'static str = "GET EVENT STATUS NOTIFICATION";

    fn cdb(&self) -> Cdb {
        let classes = u8::from(self.media) << 4 | u8::from(self.external_request) << 3;
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0x4a, 0x01, 0, 0, classes, 0, 0, high, low, 0])
    }
}

impl Query for GetEventStatus {
    type Response = EventStatus;

    fn allocation(&self) -> u16 {
        8
    }

    fn parse(&self, data: &[u8]) -> Result<EventStatus, ParseError> {
        let fields = Fields(data);
        let supported = fields.u8(3)?;
        // NEA: no event available.
        if fields.flag(2, 0x80)? {
            return Ok(EventStatus { supported, event: None });
        }
        let event = match fields.bits(2, 0x07)? {
            4 => Event::Media {
                change: match fields.bits(4, 0x0f)? {
                    0 => MediaChange::None,
                    1 => MediaChange::EjectRequest,
                    2 => MediaChange::New,
                    3 => MediaChange::Removed,
                    4 => MediaChange::Changed,
                    5 => MediaChange::BackgroundFormatDone,
                    6 => MediaChange::BackgroundFormatRestarted,
                    other => MediaChange::Other(other),
                },
                present: fields.flag(5, 0x02)?,
                open: fields.flag(5, 0x01)?,
            },
            3 => Event::ExternalRequest { code: fields.bits(4, 0x0f)?, request: fields.be16(6)? },
            class => {
                let bytes = [fields.u8(4)?, fields.u8(5)?, fields.u8(6)?, fields.u8(7)?];
                Event::Other { class, bytes }
            }
        };
        Ok(EventStatus { supported, event: Some(event) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: GetEventStatus = GetEventStatus { media: true, external_request: true };

    #[test]
    fn bytes_out() {
        assert_eq!(QUERY.cdb().bytes(), [0x4a, 0x01, 0, 0, 0x18, 0, 0, 0x00, 0x08, 0]);
        let media = GetEventStatus { media: true, external_request: false };
        assert_eq!(media.cdb().bytes(), [0x4a, 0x01, 0, 0, 0x10, 0, 0, 0x00, 0x08, 0]);
    }

    #[test]
    fn bytes_in() {
        // Derived: media class, eject request, a medium in the closed tray.
        let answer = [0x00, 0x06, 0x04, 0x5e, 0x01, 0x02, 0x00, 0x00];
        let media = |change, present, open| Some(Event::Media { change, present, open });
        assert_eq!(
            QUERY.parse(&answer),
            Ok(EventStatus {
                supported: 0x5e,
                event: media(MediaChange::EjectRequest, true, false),
            })
        );
        // The tray is open, nothing in it.
        let answer = [0x00, 0x06, 0x04, 0x5e, 0x03, 0x01, 0x00, 0x00];
        let event = QUERY.parse(&answer).expect("parses").event;
        assert_eq!(event, media(MediaChange::Removed, false, true));
        // External request: key down, play.
        let answer = [0x00, 0x06, 0x03, 0x5e, 0x01, 0x00, 0x01, 0x01];
        let event = QUERY.parse(&answer).expect("parses").event;
        assert_eq!(event, Some(Event::ExternalRequest { code: 1, request: 0x0101 }));
        // NEA: four bytes are all there is.
        let answer = [0x00, 0x02, 0x80, 0x00];
        assert_eq!(QUERY.parse(&answer), Ok(EventStatus { supported: 0, event: None }));
        // Not asked for: device busy.
        let answer = [0x00, 0x06, 0x06, 0x5e, 0x00, 0x01, 0x00, 0x10];
        let event = QUERY.parse(&answer).expect("parses").event;
        assert_eq!(event, Some(Event::Other { class: 6, bytes: [0, 1, 0, 0x10] }));
        assert!(QUERY.parse(&[0x00, 0x06, 0x04, 0x5e]).is_err());
    }
}
