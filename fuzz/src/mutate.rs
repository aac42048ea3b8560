//! Mutations that know where frames are: plain ones nearly always break a frame's length, and get no further.

use millrace::frame::{ALIGN, HEADER, word};

/// Numbers that stand at some border.
const ODD: [u32; 12] =
    [0, 1, 7, 8, 64, 255, 256, 1023, 1024, 1025, millrace::schema::MAX_ID, millrace::schema::MAX_ID - 1];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// Splits a region at its frames' lengths; the last piece is what is left where a length makes no sense.
fn split(region: &[u8]) -> Vec<Vec<u8>> {
    let (mut frames, mut rest) = (Vec::new(), region);
    while rest.len() >= HEADER {
        let len = word(rest, 0) as usize;
        if len < HEADER || len > rest.len() {
            break;
        }
        frames.push(rest[..len].to_vec());
        rest = &rest[len..];
    }
    if !rest.is_empty() {
        frames.push(rest.to_vec());
    }
    frames
}

/// Changes `data[..size]` in place, by `plain` in half of the cases; returns the new size.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    plain: fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut random = Random(u64::from(seed));
    let mut frames = split(&data[..size]);
    if frames.is_empty() || random.below(2) == 0 {
        return plain(data, size, max_size);
    }
    let index = random.below(frames.len());
    match random.below(8) {
        0 => {
            let other = frames[random.below(frames.len())].clone();
            frames.insert(index, other);
        }
        1 => drop(frames.remove(index)),
        2 => {
            let last = frames.len() - 1;
            frames.swap(index, last);
        }
        3 | 4 => change_word(&mut frames[index], &mut random),
        _ => change_body(&mut frames[index], max_size, plain),
    }
    let region: Vec<u8> = frames.concat();
    let size = region.len().min(max_size).min(data.len());
    data[..size].copy_from_slice(&region[..size]);
    size
}

/// Another number in the header or, less often, in the body.
fn change_word(frame: &mut [u8], random: &mut Random) {
    let words = frame.len() / 4;
    let index = if random.below(3) > 0 { random.below(words.min(8)) } else { random.below(words) };
    let Some(bytes) = frame.get_mut(index * 4..index * 4 + 4) else { return };
    let old = word(bytes, 0);
    let new = match random.below(4) {
        0 => ODD[random.below(ODD.len())],
        1 => old.wrapping_add(1 + random.below(16) as u32),
        2 => old.wrapping_sub(1 + random.below(16) as u32),
        _ => old ^ 1 << random.below(32),
    };
    bytes.copy_from_slice(&new.to_le_bytes());
}

/// A plain mutation of a frame's body, with a length that fits it.
fn change_body(frame: &mut Vec<u8>, max_size: usize, plain: fn(&mut [u8], usize, usize) -> usize) {
    if frame.len() <= HEADER {
        return;
    }
    let mut body = frame.split_off(HEADER);
    let len = body.len();
    body.resize((len + 64).min(max_size.max(len)), 0);
    let most = body.len();
    let len = plain(&mut body, len, most);
    body.truncate(len);
    frame.append(&mut body);
    frame.resize(frame.len().next_multiple_of(ALIGN), 0);
    let len = frame.len() as u32;
    frame[..4].copy_from_slice(&len.to_le_bytes());
}
