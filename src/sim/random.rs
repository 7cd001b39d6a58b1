//! Chance without state: a number follows from the seed and from what it is drawn for, never from
//! how many were drawn before. So the same seed and the same commands give the same bytes and
//! times, whatever happened in between. Knows nothing of discs.

/// A well-mixed number that depends on the seed and on each of `words`.
pub fn hash(seed: u64, words: &[u64]) -> u64 {
    words.iter().fold(mix(seed ^ 0x6f78_6964_6973_6321), |state, &word| {
        mix(state.rotate_left(23) ^ mix(word.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    })
}

/// A number in 0..1 for the `attempt`-th reading of `lba`.
pub fn chance(seed: u64, lba: u32, attempt: u32) -> f64 {
    unit(hash(seed, &[u64::from(lba), u64::from(attempt)]))
}

/// The upper 53 bits of `number` as a number in 0..1.
pub fn unit(number: u64) -> f64 {
    (number >> 11) as f64 / (1u64 << 53) as f64
}

/// Fills `buffer` with noise that depends on seed and `stream` alone; a longer buffer begins with
/// the bytes of a shorter one.
pub fn fill(seed: u64, stream: u64, buffer: &mut [u8]) {
    let start = hash(seed, &[stream]);
    for (chunk, counter) in buffer.chunks_mut(8).zip(1u64..) {
        let word = mix(start.wrapping_add(counter.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014): each bit of the input changes half of the output's.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_the_same_each_time_and_differs_by_each_argument() {
        assert_eq!(chance(1, 2, 3), chance(1, 2, 3));
        let others = [chance(2, 2, 3), chance(1, 3, 3), chance(1, 2, 4), chance(1, 3, 2)];
        for other in others {
            assert_ne!(chance(1, 2, 3), other);
        }
    }

    #[test]
    fn chance_is_even() {
        let hits = (0..100_000).filter(|&lba| chance(7, lba, 0) < 0.2).count();
        assert!((19_500..20_500).contains(&hits), "{hits}");
        let hits = (0..100_000).filter(|&attempt| chance(7, 5, attempt) < 0.5).count();
        assert!((49_300..50_700).contains(&hits), "{hits}");
    }

    #[test]
    fn noise_is_reproducible_and_a_prefix_of_longer_noise() {
        let (mut short, mut long) = ([0; 13], [0; 64]);
        fill(9, 4, &mut short);
        fill(9, 4, &mut long);
        assert_eq!(short[..], long[..13]);
        fill(9, 5, &mut short);
        assert_ne!(short[..], long[..13]);
    }
}
