//! The sketch's functions by name, `smallestPos` and `nextPos`, and the rotation, on the cases of the design; then
//! random programs against a naive model of bytes.

use millrace::ring::{Region, Ring};
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// A region whose handlers the test moves by hand.
#[derive(Debug, Clone)]
struct Live {
    low: Rc<Cell<u32>>,
    end: u32,
}

impl Region for Live {
    fn low(&self) -> Option<u32> {
        (self.low.get() < self.end).then(|| self.low.get())
    }
}

/// Writes `len` bytes and hands them over.
fn run(ring: &mut Ring<Live>, len: u32) -> Live {
    let start = ring.pos();
    ring.advance(start + len);
    let live = Live { low: Rc::new(Cell::new(start)), end: start + len };
    ring.hand_over(live.clone());
    live
}

fn release(live: &Live) {
    live.low.set(live.end);
}

#[test]
fn with_nothing_live_all_of_the_ring_is_free() {
    let mut ring: Ring<Live> = Ring::new(4096);
    assert_eq!((ring.smallest_pos(), ring.next_pos(0)), (4096, 4096));
    assert_eq!((ring.start(), ring.pos(), ring.end()), (0, 0, 4096));
}

#[test]
fn smallest_pos_is_the_lowest_live_byte_and_next_pos_the_first_from_a_position() {
    let mut ring = Ring::new(4096);
    let (a, b) = (run(&mut ring, 800), run(&mut ring, 800));
    assert_eq!((ring.smallest_pos(), ring.next_pos(0), ring.next_pos(1600)), (0, 0, 4096));
    a.low.set(400);
    assert_eq!((ring.smallest_pos(), ring.next_pos(0)), (400, 400));
    release(&a);
    assert_eq!((ring.smallest_pos(), ring.next_pos(0)), (800, 800));
    // The test includes `from`: a region that begins exactly there is not overwritten.
    assert_eq!(ring.next_pos(800), 800);
    release(&b);
    assert_eq!(ring.smallest_pos(), 4096);
}

#[test]
fn a_run_goes_on_where_the_last_one_ended_while_as_much_is_left() {
    let mut ring = Ring::new(4096);
    run(&mut ring, 1000);
    assert_eq!((ring.start(), ring.pos(), ring.end()), (1000, 1000, 4096));
    run(&mut ring, 1000);
    assert_eq!((ring.start(), ring.end()), (2000, 4096));
}

#[test]
fn a_run_starts_over_when_less_is_left_than_the_last_one_used() {
    let mut ring = Ring::new(4096);
    let a = run(&mut ring, 2400);
    a.low.set(2000);
    run(&mut ring, 1600);
    assert_eq!((ring.start(), ring.end()), (0, 2000), "below the live rest of the first run");
}

#[test]
fn a_hand_over_with_nothing_live_starts_at_0_with_all_of_the_ring() {
    let mut ring = Ring::new(4096);
    ring.advance(1000);
    let past = Live { low: Rc::new(Cell::new(1000)), end: 1000 };
    ring.hand_over(past);
    assert_eq!((ring.start(), ring.end()), (0, 4096));
}

#[test]
fn a_run_that_left_the_warm_part_goes_back_once_half_of_it_is_free() {
    let mut ring = Ring::with_warm(4096, 1000);
    let (a, b) = (run(&mut ring, 500), run(&mut ring, 500));
    assert_eq!(ring.start(), 1000, "all of it is live");
    release(&a);
    run(&mut ring, 600);
    assert_eq!(ring.start(), 1600, "500 bytes are free, but the run used 600");
    run(&mut ring, 100);
    assert_eq!((ring.start(), ring.end()), (0, 500));
    release(&b);
    assert_eq!(ring.extend(), 1000);
}

#[test]
fn the_end_is_extended_when_a_region_behind_it_is_released() {
    let mut ring = Ring::new(4096);
    let (a, b, c) = (run(&mut ring, 1500), run(&mut ring, 1500), run(&mut ring, 1096));
    a.low.set(1000);
    ring.largest_gap();
    assert_eq!((ring.start(), ring.end()), (0, 1000));
    ring.advance(600);
    // Released in another order than handed over: what is free counts, not who went first.
    release(&b);
    assert_eq!(ring.extend(), 1000);
    release(&a);
    assert_eq!(ring.extend(), 3000);
    release(&c);
    assert_eq!(ring.extend(), 4096);
}

#[test]
fn the_largest_gap_is_taken_and_of_equals_the_lowest() {
    let mut ring = Ring::new(4000);
    let regions: Vec<Live> = (0..4).map(|_| run(&mut ring, 1000)).collect();
    release(&regions[2]);
    assert_eq!(ring.largest_gap(), 1000);
    assert_eq!(ring.start(), 2000);
    release(&regions[0]);
    ring.largest_gap();
    assert_eq!(ring.start(), 0);
    release(&regions[3]);
    assert_eq!(ring.largest_gap(), 2000);
    assert_eq!((ring.start(), ring.end()), (2000, 4000));
}

#[test]
fn what_a_worker_is_past_is_free_in_the_middle_of_its_batch() {
    let mut ring = Ring::new(4096);
    let whole = run(&mut ring, 4096);
    assert_eq!(ring.largest_gap(), 0);
    whole.low.set(512);
    assert_eq!(ring.largest_gap(), 512);
    // The next run may use those bytes up and be handed over, ending where the first goes on.
    let inner = run(&mut ring, 512);
    assert_eq!(ring.largest_gap(), 0);
    release(&whole);
    assert_eq!((ring.smallest_pos(), ring.largest_gap()), (0, 3584));
    release(&inner);
    assert_eq!(ring.smallest_pos(), 4096);
}

proptest! {
    /// No live byte is handed out, no space is lost, and with nothing live all of the ring is free.
    #[test]
    fn a_ring_is_an_array_of_bytes(
        size in (1u32..64).prop_map(|n| n * 8),
        warm in 0u32..512,
        steps in prop::collection::vec((0u8..4, any::<u32>(), any::<u32>()), 1..120),
    ) {
        let mut ring = Ring::with_warm(size, warm);
        let mut lives: Vec<Live> = Vec::new();
        let live_at = |lives: &[Live], byte: u32| lives.iter().any(|l| l.low.get() <= byte && byte < l.end);
        for (step, a, b) in steps {
            match step {
                0 | 1 if ring.end() > ring.pos() => {
                    let len = a % (ring.end() - ring.pos()) + 1;
                    for byte in ring.pos()..ring.pos() + len {
                        prop_assert!(!live_at(&lives, byte), "byte {} is live", byte);
                    }
                    lives.push(run(&mut ring, len));
                }
                2 if !lives.is_empty() => {
                    let live = &lives[a as usize % lives.len()];
                    let left = live.end - live.low.get();
                    live.low.set(live.low.get() + b % (left + 1));
                    lives.retain(|live| live.low().is_some());
                }
                3 => {
                    let gap = ring.largest_gap();
                    let free: Vec<bool> = (0..size).map(|byte| !live_at(&lives, byte)).collect();
                    let longest = free.split(|&free| !free).map(<[bool]>::len).max().unwrap_or(0);
                    prop_assert_eq!(gap as usize, longest);
                }
                _ => {
                    let next = (ring.pos()..size).find(|&byte| live_at(&lives, byte)).unwrap_or(size);
                    prop_assert_eq!(ring.extend(), next);
                }
            }
            let smallest = (0..size).find(|&byte| live_at(&lives, byte)).unwrap_or(size);
            prop_assert_eq!(ring.smallest_pos(), smallest);
        }
        lives.iter().for_each(release);
        prop_assert_eq!(ring.largest_gap(), size);
    }
}
