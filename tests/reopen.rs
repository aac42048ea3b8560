//! Stores that are opened again after their process has ended: whenever the next one ends, or the power goes, nothing is lost
//! that settled.

mod common;
#[path = "common/program.rs"]
mod program;
#[allow(dead_code, reason = "a part is used")]
#[path = "common/storage.rs"]
mod storage;

use millrace::log::error::LogError;
use millrace::log::sequencer::Durability;
use millrace::log::{record, segment};
use program::{Program, Random, Store, check};
use storage::{Fake, Fault};

/// Runs the program, with a checkpoint after every third batch, until its process ends before step `at`. Gives what it leaves,
/// how many batches settled, and whether it came to the step.
fn first_life(program: &Program, at: usize) -> (Fake, usize, bool) {
    let fake = Fake::default();
    let mut settled = 0;
    fake.fail_at(at, Fault::Ends);
    if let Ok(mut store) = Store::open(&fake, Durability::Os, false) {
        for (index, region) in program.regions.iter().enumerate() {
            if !store.write(region) {
                break;
            }
            settled = index + 1;
            if settled.is_multiple_of(3) {
                store.checkpoint();
            }
        }
    }
    (fake.after_the_process(), settled, fake.steps() > at)
}

/// What every end of a process leaves, and how many batches had settled.
fn lives(program: &Program) -> Vec<(Fake, usize)> {
    let lives = (0..).map(|at| first_life(program, at)).take_while(|&(.., came)| came);
    let mut lives: Vec<_> = lives.map(|(fake, settled, _)| (fake, settled)).collect();
    assert!(lives.len() > 30, "{} steps", lives.len());
    // A checkpoint may remove what it made needless while the next segment has a name, but nothing in it yet, or loses
    // it with the power.
    let (fake, settled, _) =
        first_life(&Program { regions: program.regions[..9].to_vec(), ..program.clone() }, usize::MAX);
    let mut contents = fake.contents();
    let last = contents.keys().rfind(|name| name.ends_with(".log")).unwrap().clone();
    contents.insert(last.clone(), Vec::new());
    lives.push((Fake::of(&contents), settled));
    contents.remove(&last);
    lives.push((Fake::of(&contents), settled));
    lives
}

#[test]
fn an_end_in_the_midst_of_opening_loses_nothing() {
    let program = Program::new(10, 7);
    for (at, (left, settled)) in lives(&program).into_iter().enumerate() {
        for second in 0.. {
            let fake = left.after_the_process();
            fake.fail_at(second, Fault::Ends);
            drop(Store::open(&fake, Durability::Os, false));
            let what = format!("step {at}, then {second}: {:?}", fake.trace());
            check(&fake.after_the_process(), &program, settled, Durability::Os, &what);
            if fake.steps() <= second {
                break;
            }
        }
    }
}

#[test]
fn what_an_end_left_is_synced_before_more_is_written() {
    let program = Program::new(10, 7);
    for (at, (left, _)) in lives(&program).into_iter().enumerate() {
        for seed in 0..4 {
            let fake = left.after_the_process();
            let store = Store::open(&fake, Durability::Disk, false).unwrap();
            let held = program.states.iter().rposition(|state| *state == store.dump()).unwrap();
            let next = program.regions.get(held);
            assert!(next.is_none_or(|region| store.write(region)));
            let mut random = Random(at as u64);
            let lost = fake.after_power_loss(|| match seed {
                0 => false,
                1 => true,
                _ => random.below(2) == 0,
            });
            let settled = if next.is_some() { held + 1 } else { 0 };
            check(&lost, &program, settled, Durability::Disk, &format!("step {at}, power loss {seed}"));
        }
    }
}

/// The files of a store whose batches are in three segments, and whose second record is damaged.
fn damaged(program: &Program) -> Fake {
    let fake = Fake::default();
    for regions in program.regions.chunks(4) {
        let store = Store::open(&fake, Durability::Os, false).unwrap();
        assert!(regions.iter().all(|region| store.write(region)));
    }
    let first = fake.contents().keys().find(|name| name.ends_with(".log")).unwrap().clone();
    let at = segment::HEADER + record::HEADER + program.regions[0].len() + record::HEADER;
    fake.edit(&first, |bytes| bytes[at] ^= 1);
    fake
}

#[test]
fn an_end_in_the_midst_of_salvage_mixes_nothing_of_what_is_behind_the_damage_with_what_comes_later() {
    let program = Program::new(10, 7);
    let files = damaged(&program).contents();
    for at in 0.. {
        let fake = Fake::of(&files);
        fake.fail_at(at, Fault::Ends);
        drop(Store::open(&fake, Durability::Disk, true));
        let what = format!("step {at}: {:?}", fake.trace());
        let mut random = Random(at as u64);
        let leaves = [fake.after_the_process(), fake.after_power_loss(|| random.below(2) == 0)];
        for left in leaves {
            match Store::open(&left.after_the_process(), Durability::Disk, false) {
                Ok(store) => assert_eq!(store.dump(), program.states[1], "{what}"),
                Err(LogError::Corrupt { .. }) => {}
                Err(error) => panic!("{what}: {error}"),
            }
            let store = Store::open(&left, Durability::Disk, true).unwrap();
            assert_eq!(store.dump(), program.states[1], "{what}");
            drop(store);
            check(&left, &program, 1, Durability::Disk, &what);
        }
        if fake.steps() <= at {
            assert!(at > 15, "{at} steps");
            return;
        }
    }
}
