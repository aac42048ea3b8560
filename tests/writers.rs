//! How many handles are taken to be writing, and where a worker runs while they do.

use millrace::handle::Handle;
use millrace::memory::Memory;
use millrace::writers::Writers;
use std::sync::Arc;

fn handles(count: usize) -> Vec<Handle> {
    (0..count).map(|_| Handle::new(Arc::new(Memory::owned(64)), || ())).collect()
}

#[test]
fn one_that_writes_alone_is_one() {
    let writers = Writers::default();
    assert_eq!(writers.count(), 1);
    for handle in &handles(3) {
        for _ in 0..100 {
            writers.note(handle);
        }
        assert_eq!(writers.count(), 1);
    }
}

#[test]
fn handles_that_write_as_much_are_counted_soon_and_forgotten_soon() {
    for count in 2..=4 {
        let writers = Writers::default();
        let handles = handles(count);
        for _ in 0..20 {
            handles.iter().for_each(|handle| writers.note(handle));
        }
        assert_eq!(writers.count(), count);
        (0..20).for_each(|_| writers.note(&handles[0]));
        assert_eq!(writers.count(), 1);
    }
}

#[test]
fn two_that_write_as_much_are_two_in_whatever_order_they_do() {
    let writers = Writers::default();
    let handles = handles(2);
    for round in 0..100 {
        for turn in [0, 0, 1, 1, 1, 0, 1, 0] {
            writers.note(&handles[turn]);
            assert!(round < 2 || writers.count() == 2);
        }
    }
}

#[test]
fn one_that_writes_now_and_then_beside_another_hardly_counts() {
    let writers = Writers::default();
    let handles = handles(2);
    for _ in 0..10 {
        (0..30).for_each(|_| writers.note(&handles[0]));
        assert_eq!(writers.count(), 1);
        writers.note(&handles[1]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_keeps_off_the_cpu_of_a_hand_over_only_while_there_is_another_for_it() {
    use millrace::placement::{Cpus, Placement, current};
    let allowed = || rustix::thread::sched_getaffinity(None).unwrap().count();
    let at_first = allowed();
    let placement = Placement::new(0);
    placement.step_aside(current(), 1);
    assert_eq!(placement.cpus(1) == Cpus::Own, at_first > 1);
    // The thread may have been moved between asking and stepping aside; then it stays.
    assert!(allowed() >= at_first - u32::from(at_first > 1));
    placement.step_aside(current(), at_first as usize);
    assert_eq!(allowed(), at_first);
    assert_ne!(placement.cpus(at_first as usize), Cpus::Own);
}
