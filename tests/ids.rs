//! Ids in blocks, against a set of those that were given.

use millrace::ids::Ids;
use millrace::schema::MAX_ID;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;

const HANDLES: usize = 3;

#[test]
fn one_handle_gets_blocks_that_follow_each_other_to_the_end_of_pages() {
    let ids = Ids::new([1, 500].into_iter());
    assert_eq!(ids.take(0, 0..0, 1), Some(1..1025));
    assert_eq!(ids.take(0, 1025..1025, 1), Some(1025..2049));
    assert_eq!(ids.take(0, 2000..2049, 1000), Some(2000..3073), "what is left and what follows");
    assert_eq!(ids.take(1, 0..0, 1), Some(500..1025), "the types have their own");
}

#[test]
fn what_goes_back_is_given_again_and_what_is_too_small_waits() {
    let ids = Ids::new([1].into_iter());
    let (first, second) = (ids.take(0, 0..0, 1).unwrap(), ids.take(0, 0..0, 1).unwrap());
    ids.give_back(0, 100..first.end);
    assert_eq!(ids.take(0, second.end..second.end, 1000), Some(2049..3073), "925 are too few");
    assert_eq!(ids.take(0, 0..0, 1), Some(100..1025));
    ids.give_back(0, 1000..1025);
    ids.give_back(0, 2000..2049);
    ids.give_back(0, 2049..3073);
    assert_eq!(ids.take(0, 0..0, 1), Some(1000..1025));
    assert_eq!(
        ids.take(0, 0..0, 1),
        Some(2000..2049),
        "what ends where nothing was taken counts as never taken"
    );
}

#[test]
fn ids_end() {
    let ids = Ids::new([MAX_ID - 1].into_iter());
    assert_eq!(ids.take(0, 0..0, 3), None);
    assert_eq!(ids.take(0, 0..0, 2), Some(MAX_ID - 1..MAX_ID + 1));
    let full = MAX_ID + 1;
    assert_eq!(ids.take(0, full..full, 1), None);
    assert_eq!(ids.take(0, MAX_ID..full, 2), None, "one is left");
    assert_eq!(ids.take(0, 0..0, 1), Some(MAX_ID..full), "and is not lost");
}

#[derive(Debug, Clone)]
enum Step {
    /// A handle gives so many ids, one by one.
    Give(usize, u32),
    /// A handle gives so many at once, in a row.
    GiveMany(usize, u32),
    /// A handle leaves; another comes in its place.
    Leave(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let handle = 0..HANDLES;
    let step = prop_oneof![
        (handle.clone(), 1u32..400).prop_map(|(handle, count)| Step::Give(handle, count)),
        (handle.clone(), 1u32..1500).prop_map(|(handle, count)| Step::GiveMany(handle, count)),
        handle.prop_map(Step::Leave),
    ];
    prop::collection::vec(step, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_id_is_given_twice_and_none_is_lost(steps in steps()) {
        let ids = Ids::new([1].into_iter());
        let mut blocks: Vec<Range<u32>> = vec![0..0; HANDLES];
        let mut given = BTreeSet::new();
        for step in steps {
            match step {
                Step::Give(handle, count) => for _ in 0..count {
                    let block = &mut blocks[handle];
                    if block.start == block.end {
                        *block = ids.take(0, block.clone(), 1).unwrap();
                    }
                    prop_assert!(given.insert(block.start));
                    block.start += 1;
                },
                Step::GiveMany(handle, count) => {
                    let block = &mut blocks[handle];
                    if block.len() < count as usize {
                        *block = ids.take(0, block.clone(), count).unwrap();
                    }
                    prop_assert!(block.len() >= count as usize);
                    prop_assert!((block.start..block.start + count).all(|id| given.insert(id)));
                    block.start += count;
                }
                Step::Leave(handle) => {
                    ids.give_back(0, std::mem::replace(&mut blocks[handle], 0..0));
                }
            }
        }
        blocks.into_iter().for_each(|rest| ids.give_back(0, rest));
        // A handle that is alone then fills every gap before it goes on at the end.
        let last = given.last().copied().unwrap_or(0);
        let mut block = 0..0;
        for _ in 0..last as usize - given.len() {
            if block.start == block.end {
                block = ids.take(0, block, 1).unwrap();
            }
            prop_assert!(given.insert(block.start));
            block.start += 1;
        }
        prop_assert_eq!(given.last().copied().unwrap_or(0), last);
    }
}
