//! Stores that are opened again after their process has ended: whenever the next one ends, or the power goes, nothing is lost
//! that settled.

mod common;
#[path = "common/program.rs"]
mod program;
#[allow(dead_code, reason = "a part is used")]
#[path = "common/storage.rs"]
mod storage;

use millrace::log::sequencer::Durability;
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
