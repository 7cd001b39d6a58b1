//! Files that hold SHA-256 sums: what `sha256sum` writes, with and without `--tag`, the lists that
//! distributions publish beside their images, and a bare sum. Knows no file but by name.

/// SHA-256 in hex digits.
const DIGITS: usize = 64;
/// Other sums by the number of their digits.
const OTHERS: [(usize, &str); 5] =
    [(8, "CRC-32"), (32, "MD5"), (40, "SHA-1"), (96, "SHA-384"), (128, "SHA-512")];
/// Lines that a list may have; longer ones are something else.
const LINES_MAX: usize = 100_000;

/// One image and its sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// SHA-256, 64 lower-case hex digits.
    pub sha256: String,
    /// The name of the image, perhaps with a path; `None` where the sum stands alone.
    pub name: Option<String>,
    /// Its size in bytes, where a comment tells it, as Fedora's lists do.
    pub bytes: Option<u64>,
}

/// Why there is no sum to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SumError {
    /// A line that is none of those.
    #[error("line {line} is no SHA-256 sum: {what}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// There are none.
    #[error("there is no SHA-256 sum in it")]
    Empty,
}

/// Reads such a file. Lines of other algorithms, comments and signatures are passed over.
///
/// # Errors
/// A line makes no sense, or there is no SHA-256 in it.
pub fn parse(text: &str) -> Result<Vec<Sum>, SumError> {
    let mut sums: Vec<Sum> = Vec::new();
    let mut sizes: Vec<(String, u64)> = Vec::new();
    let mut signature = false;
    let mut other = None;
    for (index, line) in text.lines().take(LINES_MAX).enumerate() {
        let line = line.trim_end().trim_start_matches('\u{feff}');
        // OpenPGP (RFC 9580 7): a signed list has a heading, and a signature at its end.
        signature |= line == "-----BEGIN PGP SIGNATURE-----";
        let armour = line.starts_with("-----") || line.starts_with("Hash: ");
        if line.is_empty() || armour || signature {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            sizes.extend(size(comment));
            continue;
        }
        match entry(line) {
            Ok(Some(sum)) => sums.push(sum),
            Ok(None) => {}
            Err(what) if what.of_other => other = other.or(Some((index + 1, what.text))),
            Err(what) => return Err(SumError::Line { line: index + 1, what: what.text }),
        }
    }
    for sum in &mut sums {
        let named = |(name, _): &&(String, u64)| Some(name) == sum.name.as_ref();
        sum.bytes = sizes.iter().find(named).map(|(_, bytes)| *bytes);
    }
    match (sums.is_empty(), other) {
        (true, Some((line, what))) => Err(SumError::Line { line, what }),
        (true, None) => Err(SumError::Empty),
        (false, _) => Ok(sums),
    }
}

/// What is wrong with a line.
struct Wrong {
    text: String,
    /// It is a sum, of another algorithm.
    of_other: bool,
}

impl Wrong {
    fn new(text: impl Into<String>) -> Wrong {
        Wrong { text: text.into(), of_other: false }
    }
}

/// `Fedora-40.iso: 2295853056 bytes`
fn size(comment: &str) -> Option<(String, u64)> {
    let (name, rest) = comment.trim().rsplit_once(": ")?;
    Some((name.to_string(), rest.strip_suffix(" bytes")?.parse().ok()?))
}

/// One line; `None` for a tagged one of another algorithm.
fn entry(line: &str) -> Result<Option<Sum>, Wrong> {
    // coreutils: a backslash in front says that the name has escapes.
    let (escaped, rest) = match line.strip_prefix('\\') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (sum, name) = match tagged(rest) {
        Some((tag, _, _)) if !is_sha256(tag) => return Ok(None),
        Some((_, name, sum)) => (sum, Some(name)),
        None => plain(rest),
    };
    let sha256 = digits(sum)?;
    let name = match name {
        Some(name) if escaped => Some(unescape(name)?),
        other => other.map(String::from),
    };
    Ok(Some(Sum { sha256, name, bytes: None }))
}

fn is_sha256(tag: &str) -> bool {
    // `openssl dgst` calls it SHA2-256.
    matches!(tag, "SHA256" | "SHA2-256" | "SHA-256")
}

/// `SHA256 (name) = sum`, as BSD and `sha256sum --tag` write it; OpenSSL leaves the blanks out.
fn tagged(line: &str) -> Option<(&str, &str, &str)> {
    let (head, sum) = line.rsplit_once('=')?;
    let (tag, name) = head.trim_end().strip_suffix(')')?.split_once('(')?;
    let tag = tag.trim_end();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '/';
    (!tag.is_empty() && tag.chars().all(word)).then(|| (tag, name, sum.trim()))
}

/// `sum  name`, or ` *name` for what was read as binary; a sum by itself.
fn plain(line: &str) -> (&str, Option<&str>) {
    match line.split_once([' ', '\t']) {
        None => (line, None),
        Some((sum, rest)) => {
            let name = rest.strip_prefix([' ', '*']).unwrap_or(rest);
            (sum, Some(name).filter(|name| !name.is_empty()))
        }
    }
}

fn digits(text: &str) -> Result<String, Wrong> {
    let hex = text.chars().all(|c| c.is_ascii_hexdigit()) && !text.is_empty();
    if hex && text.len() == DIGITS {
        return Ok(text.to_ascii_lowercase());
    }
    if !hex {
        return Err(Wrong::new("it does not begin with hex digits"));
    }
    match OTHERS.iter().find(|(len, _)| *len == text.len()) {
        Some((len, name)) => {
            Err(Wrong { text: format!("{len} hex digits are {name}"), of_other: true })
        }
        None => {
            let len = text.len();
            Err(Wrong::new(format!("a sum has {DIGITS} hex digits, this has {len}")))
        }
    }
}

/// `\\`, `\n` and `\r` in a name.
fn unescape(name: &str) -> Result<String, Wrong> {
    let mut plain = String::new();
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => return Err(Wrong::new("a backslash in its name escapes nothing known")),
            },
            other => other,
        });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn only(text: &str) -> Sum {
        let mut sums = parse(text).expect("a sum");
        assert_eq!(sums.len(), 1, "{text}");
        sums.remove(0)
    }

    fn named(text: &str) -> Option<String> {
        let sum = only(text);
        assert_eq!(sum.sha256, ABC, "{text}");
        sum.name
    }

    #[test]
    fn what_sha256sum_and_others_write_is_read() {
        let name = |text: &str| Some(text.to_string());
        assert_eq!(named(&format!("{ABC}  a disc.iso\n")), name("a disc.iso"));
        assert_eq!(named(&format!("{ABC} *disc.iso\r\n")), name("disc.iso"));
        assert_eq!(named(&format!("SHA256 (a (1).iso) = {ABC}\n")), name("a (1).iso"));
        // openssl dgst -sha256, version 1 and 3.
        assert_eq!(named(&format!("SHA256(disc.iso)= {ABC}\n")), name("disc.iso"));
        assert_eq!(named(&format!("SHA2-256(disc.iso)= {ABC}\n")), name("disc.iso"));
        assert_eq!(named(&ABC.to_uppercase()), None);
        assert_eq!(named(&format!("{ABC}  -\n")), name("-"));
    }

    #[test]
    fn a_name_with_escapes_is_taken_for_what_it_means() {
        // sha256sum of a file `a\b` and of one with a line break in its name.
        assert_eq!(named(&format!("\\{ABC}  a\\\\b\n")).as_deref(), Some("a\\b"));
        assert_eq!(named(&format!("\\SHA256 (a\\nb) = {ABC}\n")).as_deref(), Some("a\nb"));
        assert_eq!(named(&format!("{ABC}  a\\nb\n")).as_deref(), Some("a\\nb"));
        assert!(parse(&format!("\\{ABC}  a\\x\n")).is_err());
    }

    #[test]
    fn a_published_list_is_read_with_the_size_it_tells() {
        // Fedora's CHECKSUM: signed, with a comment above each sum.
        let text = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# F-40.iso: 2295853056 bytes\n\
             SHA256 (F-40.iso) = {ABC}\nSHA512 (F-40.iso) = 00\n-----BEGIN PGP SIGNATURE-----\n\n\
             iQIzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----\n"
        );
        let sum = only(&text);
        assert_eq!((sum.name.as_deref(), sum.bytes), (Some("F-40.iso"), Some(2_295_853_056)));
    }

    #[test]
    fn what_is_no_sum_is_named_with_its_line() {
        let says = |text: &str| parse(text).expect_err("refused").to_string();
        assert_eq!(says("\n\n"), "there is no SHA-256 sum in it");
        assert_eq!(
            says(&format!("{ABC}  a\nhello world\n")),
            "line 2 is no SHA-256 sum: it does not begin with hex digits"
        );
        assert_eq!(
            says("900150983cd24fb0d6963f7d28e17f72  a.iso\n"),
            "line 1 is no SHA-256 sum: 32 hex digits are MD5"
        );
        assert_eq!(
            says(&format!("{}  a.iso\n", &ABC[1..])),
            "line 1 is no SHA-256 sum: a sum has 64 hex digits, this has 63"
        );
        assert_eq!(says("MD5 (a.iso) = 00\n"), "there is no SHA-256 sum in it");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,200}", lines in proptest::collection::vec(
            "[ \\\\*#()=0-9a-fA-FSH-]{0,90}", 0..6)) {
            let _ = parse(&text);
            let _ = parse(&lines.join("\n"));
        }

        #[test]
        fn a_name_comes_back_from_what_sha256sum_makes_of_it(name in "[a-z\\\\ \n\r()=*]{1,20}") {
            let name = format!("a{name}b");
            let special = name.contains(['\\', '\n', '\r']);
            let escaped =
                name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            let line = format!("{}{ABC}  {escaped}\n", if special { "\\" } else { "" });
            proptest::prop_assert_eq!(only(&line).name, Some(name));
        }
    }
}
