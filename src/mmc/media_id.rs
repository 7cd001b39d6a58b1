//! Who made a disc, by what is pressed into its groove: the lead-in time of a CD's ATIP, the
//! maker's letters in the id of a DVD or BD. Names are those on which public tables agree
//! (cdrecord, cdrdao, libburn, Aaru; and real-drives: atip-reports); codes of which two say
//! different things, or that one alone knows, are left out.

use crate::units::Msf;

/// The maker of a CD-R or CD-RW by where its lead-in begins. The last digit of the frame is not the
/// maker's: it tells the dye.
pub fn maker_by_lead_in(lead_in: Msf) -> Option<&'static str> {
    let code = (lead_in.second, lead_in.frame / 10 * 10);
    let known = LEAD_INS.iter().filter(|_| lead_in.minute == 97);
    known.into_iter().find(|(codes, _)| codes.contains(&code)).map(|(_, maker)| *maker)
}

/// The maker of a DVD or BD by its media id, or by the manufacturer's part of it.
pub fn maker_by_id(id: &str) -> Option<&'static str> {
    let known = IDS.iter().filter(|(begin, _)| id.starts_with(begin));
    known.max_by_key(|(begin, _)| begin.len()).map(|(_, maker)| *maker)
}

/// Second and frame after minute 97: makers had a second code once the first was used up.
const LEAD_INS: &[(&[(u8, u8)], &str)] = &[
    (&[(22, 60), (45, 20)], "Acer Media Technology"),
    (&[(25, 50)], "AMS Technology"),
    (&[(23, 30)], "Audio Distributors"),
    (&[(28, 30), (46, 50)], "Auvistar Industry"),
    (&[(30, 10), (50, 30)], "CDA Datenträger Albrechts"),
    (&[(26, 60), (46, 60)], "CMC Magnetics"),
    (&[(24, 20)], "Computer Support Italy"),
    (&[(23, 10)], "Doremi Media"),
    (&[(26, 0), (45, 0)], "Fornet International"),
    (&[(26, 40), (46, 40)], "Fuji Photo Film"),
    (&[(28, 10), (49, 10)], "Gigastorage"),
    (&[(31, 30)], "Grand Advance Technology"),
    (&[(25, 20), (47, 10)], "Hitachi Maxell"),
    (&[(25, 30)], "Infodisc Technology"),
    (&[(27, 40), (48, 10)], "Kodak Japan"),
    (&[(26, 50), (48, 60)], "Lead Data"),
    (&[(34, 20), (50, 20)], "Mitsubishi Chemical"),
    (&[(27, 50), (48, 50)], "Mitsui Chemicals"),
    (&[(17, 0)], "Moser Baer India"),
    (&[(28, 20), (46, 20)], "Multi Media Masters & Machinary"),
    (&[(15, 30)], "Nan-Ya Plastics"),
    (&[(21, 40)], "Optical Disc Manufacturing Equipment"),
    (&[(27, 30), (48, 30)], "Pioneer Video"),
    (&[(27, 10), (48, 20)], "Plasmon Data Systems"),
    (&[(26, 10), (47, 40)], "Postech"),
    (&[(27, 20), (47, 20)], "Princo"),
    (&[(32, 10)], "Prodisc Technology"),
    (&[(27, 60), (48, 0)], "Ricoh"),
    (&[(15, 10), (31, 0), (47, 50)], "Ritek"),
    (&[(26, 20)], "SKC"),
    (&[(24, 10)], "Sony"),
    (&[(24, 0), (46, 0)], "Taiyo Yuden"),
    (&[(32, 0), (49, 0)], "TDK"),
    (&[(24, 30)], "Unitech Japan"),
    (&[(25, 60), (45, 60)], "Xcitec"),
];

/// How media ids begin.
const IDS: &[(&str, &str)] = &[
    ("AML", "Avic Umedisc"),
    ("BeAll", "BeAll Developers"),
    ("CMC MAG", "CMC Magnetics"),
    ("CMCMAG", "CMC Magnetics"),
    ("DAXON", "Daxon Technology"),
    ("FUJIFILM", "Fujifilm"),
    ("GSC", "Gigastorage"),
    ("INFODISC", "Infodisc Technology"),
    ("INFOME", "InfoMedia"),
    ("JVC", "Victor Company of Japan"),
    ("LEADDATA", "Lead Data"),
    ("LGE", "LG Electronics"),
    ("MAXELL", "Hitachi Maxell"),
    ("MBI", "Moser Baer India"),
    ("MCC", "Mitsubishi Kagaku Media"),
    ("MEI", "Matsushita Electric Industrial"),
    ("MILLEN", "Millenniata"),
    ("MKM", "Mitsubishi Kagaku Media"),
    ("MXL", "Hitachi Maxell"),
    ("OPTODISC", "Optodisc"),
    ("PHILIP", "Philips"),
    ("PRINCO", "Princo"),
    ("PRODISC", "Prodisc Technology"),
    ("Prodisc", "Prodisc Technology"),
    ("RICOHJPN", "Ricoh"),
    ("RITEK", "Ritek"),
    ("SONY", "Sony"),
    ("TDK", "TDK"),
    ("TTG", "TDK"),
    ("TTH", "TDK"),
    ("TYG", "Taiyo Yuden"),
    ("VERBAT", "Verbatim"),
    ("YUDEN", "Taiyo Yuden"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn lead_in(second: u8, frame: u8) -> Option<&'static str> {
        maker_by_lead_in(Msf { minute: 97, second, frame })
    }

    #[test]
    fn a_cd_s_maker_is_known_by_its_lead_in() {
        // real-drives: atip-reports, as cdrecord printed their makers.
        for (second, frame, maker) in [
            (34, 24, "Mitsubishi Chemical"),
            (26, 66, "CMC Magnetics"),
            (24, 16, "Sony"),
            (25, 22, "Hitachi Maxell"),
            (15, 17, "Ritek"),
            (25, 30, "Infodisc Technology"),
        ] {
            assert_eq!(lead_in(second, frame), Some(maker));
        }
        // real-drives: DiscImageCreator#43, a maker that no two tables name alike.
        assert_eq!(lead_in(10, 0), None);
        assert_eq!(maker_by_lead_in(Msf { minute: 96, second: 26, frame: 66 }), None);
    }

    #[test]
    fn no_lead_in_belongs_to_two() {
        let all = LEAD_INS.iter().flat_map(|(codes, _)| codes.iter());
        let mut seen = Vec::new();
        for code in all {
            assert!(!seen.contains(&code) && code.1 % 10 == 0 && code.1 < 75, "{code:?}");
            seen.push(code);
        }
    }

    #[test]
    fn a_dvd_s_or_bd_s_maker_is_known_by_its_id() {
        // real-drives: the ids of its index.
        for (id, maker) in [
            ("RITEK/F16", Some("Ritek")),
            ("TDK502sakuM3", Some("TDK")),
            ("MCC 02RG20", Some("Mitsubishi Kagaku Media")),
            ("MKM/003", Some("Mitsubishi Kagaku Media")),
            ("CMC MAG/M01", Some("CMC Magnetics")),
            ("CMCMAG/CN2", Some("CMC Magnetics")),
            ("VERBAT/IMe", Some("Verbatim")),
            ("MILLEN/MR1", Some("Millenniata")),
            ("DAXON016S", Some("Daxon Technology")),
            ("PHILIPS/041", Some("Philips")),
            ("WHO/EVER", None),
            ("", None),
        ] {
            assert_eq!(maker_by_id(id), maker, "{id}");
        }
        assert!(IDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
