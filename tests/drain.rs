//! `selectHandler` and the splitting rule on the cases of the design, then on random loads.

use millrace::drain::{self, Choice, Hand, Load, WORTH, select_handler, worth};
use proptest::prelude::*;
use std::collections::BTreeSet;

const IDLE: Load = Load { processing: 0, remaining: 0, leaving: false };

fn busy(processing: usize, remaining: usize) -> Load {
    Load { processing, remaining, leaving: false }
}

fn select_handlers(types: &[(u16, usize)], hand: impl Fn(u16) -> Hand, loads: &[Load]) -> Vec<Choice> {
    drain::select_handlers(types, hand, loads, WORTH)
}

fn choice(worker: usize, types: &[u16], bytes: usize) -> Choice {
    Choice { worker, types: types.to_vec(), bytes, held: false }
}

fn free(_: u16) -> Hand {
    Hand::Free
}

#[test]
fn a_type_in_a_workers_hands_goes_to_that_worker() {
    let loads = [IDLE, busy(1, 500_000)];
    assert_eq!(select_handler(Hand::Processing(1), &loads), 1);
    assert_eq!(select_handlers(&[(7, 80)], |_| Hand::Processing(1), &loads), [choice(1, &[7], 80)]);
}

#[test]
fn a_free_type_goes_to_a_free_worker() {
    assert_eq!(select_handler(Hand::Free, &[busy(1, 10), IDLE, IDLE]), 1);
}

#[test]
fn a_free_type_goes_to_the_chillest_when_all_are_busy() {
    let loads = [busy(1, 30), busy(1, 10), busy(2, 20)];
    assert_eq!(select_handler(Hand::Free, &loads), 1);
    let hand = |t: u16| if t == 0 { Hand::Processing(2) } else { Hand::Free };
    let choices = select_handlers(&[(0, 8), (1, 8), (2, 8)], hand, &loads);
    assert_eq!(choices, [choice(1, &[1, 2], 16), choice(2, &[0], 8)]);
}

#[test]
fn all_that_is_free_or_its_own_goes_to_the_only_worker() {
    let hand = |t: u16| if t == 1 { Hand::Processing(0) } else { Hand::Free };
    for load in [IDLE, busy(1, 10), Load { leaving: true, ..busy(0, 0) }] {
        let hand = |t| if load.processing == 0 { Hand::Free } else { hand(t) };
        assert_eq!(select_handlers(&[(0, 8), (1, 8)], hand, &[load]), [choice(0, &[0, 1], 16)]);
    }
}

#[test]
fn a_batch_is_split_where_its_types_are_in_different_hands() {
    let hand = |t: u16| if t == 0 { Hand::Processing(0) } else { Hand::Processing(1) };
    let choices = select_handlers(&[(0, 80), (1, 40)], hand, &[busy(1, 10), busy(1, 10)]);
    assert_eq!(choices, [choice(0, &[0], 80), choice(1, &[1], 40)]);
}

#[test]
fn the_types_that_are_free_go_together_to_a_free_worker() {
    let hand = |t: u16| if t == 0 { Hand::Processing(0) } else { Hand::Free };
    let choices = select_handlers(&[(0, 8), (1, 8), (2, 8)], hand, &[busy(1, 9), IDLE, IDLE]);
    assert_eq!(choices, [choice(0, &[0], 8), choice(1, &[1, 2], 16)]);
}

#[test]
fn a_large_batch_is_spread_over_free_workers() {
    let types: Vec<(u16, usize)> = (0..8).map(|t| (t, WORTH / 2)).collect();
    let choices = select_handlers(&types, free, &[IDLE, IDLE]);
    assert_eq!(choices.len(), 2);
    assert!(choices.iter().all(|choice| choice.bytes == 2 * WORTH && !choice.held));
}

#[test]
fn a_small_batch_is_not_spread() {
    let types: Vec<(u16, usize)> = (0..8).map(|t| (t, 100)).collect();
    assert_eq!(select_handlers(&types, free, &[IDLE, IDLE]), [choice(0, &[0, 1, 2, 3, 4, 5, 6, 7], 800)]);
}

#[test]
fn a_small_ring_spreads_small_batches() {
    let types: Vec<(u16, usize)> = (0..8).map(|t| (t, 1500)).collect();
    assert_eq!(drain::select_handlers(&types, free, &[IDLE, IDLE], worth(64 * 1024)).len(), 2);
    assert_eq!(worth(1 << 30), WORTH);
}

#[test]
fn half_of_a_backlog_moves_to_an_idle_worker_and_is_held() {
    // A tiny first batch put all types on worker 0; a large one follows.
    let types: Vec<(u16, usize)> = (0..8).map(|t| (t, WORTH)).collect();
    let choices = select_handlers(&types, |_| Hand::Processing(0), &[busy(8, 500), IDLE]);
    let (held, kept): (Vec<_>, Vec<_>) = choices.iter().partition(|choice| choice.held);
    assert_eq!((kept.len(), kept[0].types.len()), (1, 4));
    assert_eq!(held.len(), 4);
    assert!(held.iter().all(|choice| choice.worker == 1 && choice.types.len() == 1));
}

#[test]
fn however_long_the_backlog_half_of_the_types_stay() {
    let types: Vec<(u16, usize)> = (0..8).map(|t| (t, 1000)).collect();
    let choices = select_handlers(&types, |_| Hand::Processing(0), &[busy(8, 90 * WORTH), IDLE]);
    assert_eq!(choices.iter().filter(|choice| choice.held).count(), 4);
}

#[test]
fn half_of_the_types_move_also_where_they_differ_by_some_bytes() {
    for spread in [1, 100, 2000] {
        let types: Vec<(u16, usize)> = (0..8).map(|t| (t, WORTH + spread * usize::from(t * 5 % 8))).collect();
        let choices = select_handlers(&types, |_| Hand::Processing(0), &[busy(8, 500), IDLE]);
        assert_eq!(choices.iter().filter(|choice| choice.held).count(), 4, "spread {spread}");
    }
}

#[test]
fn never_much_more_than_half_moves() {
    for (sizes, moves) in
        [(vec![4, 4, 4], 1), (vec![4, 4, 4, 4, 4], 2), (vec![90, 1], 1), (vec![90, 1, 1, 1], 3)]
    {
        let types: Vec<(u16, usize)> = (0..).zip(&sizes).map(|(t, size)| (t, size * WORTH)).collect();
        let choices = select_handlers(&types, |_| Hand::Processing(0), &[busy(sizes.len(), 500), IDLE]);
        let held: Vec<usize> =
            choices.iter().filter(|choice| choice.held).map(|choice| choice.bytes).collect();
        assert_eq!(held.len(), moves, "{sizes:?}");
        assert!(held.iter().sum::<usize>() <= sizes.iter().sum::<usize>() * WORTH / 2, "{sizes:?}");
    }
}

#[test]
fn the_only_type_of_a_busy_worker_does_not_move() {
    let choices = select_handlers(&[(0, 4 * WORTH)], |_| Hand::Processing(0), &[busy(1, 9 * WORTH), IDLE]);
    assert_eq!(choices, [choice(0, &[0], 4 * WORTH)]);
}

#[test]
fn a_later_part_of_a_held_type_queues_behind_it_and_the_rest_goes_ahead() {
    let hand = |t: u16| if t == 0 { Hand::Held(1) } else { Hand::Processing(1) };
    let choices = select_handlers(&[(0, 8), (1, 8)], hand, &[busy(1, 100), busy(2, 16)]);
    assert_eq!(choices, [choice(1, &[1], 8), Choice { held: true, ..choice(1, &[0], 8) }]);
}

proptest! {
    #[test]
    fn every_type_is_in_one_choice_and_keeps_its_hand(
        hands in prop::collection::vec((0u8..3, 0usize..4, 1usize..300_000), 1..20),
        extra in prop::collection::vec(0usize..400_000, 4),
        // Worker 3 stays: whoever hands over has brought one.
        leaving in prop::collection::vec(any::<bool>(), 3),
    ) {
        let leaves = |worker: usize| leaving.get(worker).is_some_and(|&leaving| leaving);
        let hand = |t: u16| match hands[usize::from(t)] {
            (0, ..) => Hand::Free,
            (1, worker, _) => Hand::Processing(worker),
            // Nothing is held for one that leaves.
            (_, worker, _) => Hand::Held(if leaves(worker) { 3 } else { worker }),
        };
        let types: Vec<(u16, usize)> = hands.iter().enumerate().map(|(t, hand)| (t as u16, hand.2)).collect();
        let loads: Vec<Load> = (0..4).map(|worker| {
            let processing = types.iter().filter(|t| matches!(hand(t.0), Hand::Processing(w) | Hand::Held(w) if w == worker));
            let processing = processing.count();
            Load { processing, remaining: if processing > 0 { extra[worker] } else { 0 }, leaving: leaves(worker) }
        }).collect();
        let choices = select_handlers(&types, hand, &loads);
        let mut seen = BTreeSet::new();
        for choice in &choices {
            prop_assert!(choice.types.is_sorted() && !choice.types.is_empty());
            prop_assert_eq!(choice.bytes, choice.types.iter().map(|&t| hands[usize::from(t)].2).sum::<usize>());
            prop_assert!(!choice.held || choice.types.len() == 1);
            prop_assert!(!leaves(choice.worker), "a worker that leaves gets nothing");
            for &t in &choice.types {
                prop_assert!(seen.insert(t), "type {} is in two choices", t);
                match hand(t) {
                    Hand::Processing(worker) => {
                        prop_assert_eq!(choice.held, choice.worker != worker);
                    }
                    Hand::Held(worker) => prop_assert!(choice.held && choice.worker == worker),
                    Hand::Free => prop_assert!(!choice.held),
                }
            }
        }
        prop_assert_eq!(seen.len(), types.len());
        let ready: BTreeSet<usize> = choices.iter().filter(|c| !c.held).map(|c| c.worker).collect();
        prop_assert_eq!(ready.len(), choices.iter().filter(|c| !c.held).count(), "one part a worker");
    }
}
