//! One round of several handles on one store: they come, write to the same types, and leave while others go on.

use crate::STEPS;
use crate::common::{Op, operations, record, rows, schema};
use crate::read;
use crate::readers::number;
use crate::round::Random;
use crate::writer::Writer;
use millrace::db::Db;
use millrace::ids::Ids;
use millrace::pool::Pool;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const TYPES: usize = 4;
const THREADS: u64 = 4;
/// Handles that each thread has, one after the other.
const HANDLES: u32 = 12;
/// Steps of a handle, at most.
const STEPS_OF_HANDLE: u32 = 60;
const SIZES: [usize; 3] = [4096, 1 << 14, 1 << 16];

/// The numbers of the records that a thread wrote, by type and id.
type Written = BTreeMap<(usize, u32), u32>;

/// Runs the round of this seed.
pub fn run(seed: u64) {
    let pool = Arc::new(Pool::new(Arc::new(Db::new(schema(TYPES)))));
    let ids = Arc::new(Ids::new((0..TYPES).map(|_| 1)));
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (pool, ids) = (Arc::clone(&pool), Arc::clone(&ids));
            std::thread::spawn(move || visit(&pool, &ids, &mut Random::new(seed ^ thread << 40)))
        })
        .collect();
    let mut expected = Written::new();
    for thread in threads {
        for (key, number) in thread.join().expect("no thread panics") {
            assert_eq!(expected.insert(key, number), None, "an id is given twice");
        }
    }
    assert_eq!(pool.db().poisoned(), None);
    assert!(pool.workers().is_empty(), "every worker has left");
    let mut found = Written::new();
    for t in 0..TYPES {
        let all = read::all(pool.db().table(t).expect("a table"));
        found.extend(all.into_iter().map(|(id, record)| ((t, id), number(&record))));
    }
    assert!(found == expected, "the store has what the threads wrote, as each of them wrote it last");
}

/// One thread's handles; gives what they wrote.
fn visit(pool: &Arc<Pool>, ids: &Ids, random: &mut Random) -> Written {
    let mut written = Written::new();
    for _ in 0..HANDLES {
        let size = SIZES[random.below(SIZES.len() as u32) as usize];
        let mut writer = Writer::attach(pool, 1 + random.below(2) as usize, size);
        let mut blocks: Vec<Range<u32>> = vec![0..0; TYPES];
        for _ in 0..random.below(STEPS_OF_HANDLE) {
            step(&mut writer, ids, &mut blocks, &mut written, random);
            STEPS.fetch_add(1, Ordering::Relaxed);
        }
        let finished = writer.settle();
        assert!(finished.iter().all(|batch| !batch.poisoned && batch.failures.is_empty()));
        for (t, rest) in blocks.into_iter().enumerate() {
            ids.give_back(t, rest);
        }
    }
    written
}

fn step(
    writer: &mut Writer,
    ids: &Ids,
    blocks: &mut [Range<u32>],
    written: &mut Written,
    random: &mut Random,
) {
    let t = random.below(TYPES as u32) as usize;
    let own: Vec<u32> = written.range((t, 0)..(t + 1, 0)).map(|(&(_, id), _)| id).collect();
    if own.is_empty() || random.below(3) == 0 {
        let count = 1 + random.below(12);
        if blocks[t].len() < count as usize {
            blocks[t] = ids.take(t, blocks[t].clone(), count).expect("there are ids");
        }
        let first = blocks[t].start;
        blocks[t].start += count;
        let numbers: Vec<u32> = (0..count).map(|_| random.below(1 << 30)).collect();
        let new: Vec<_> = numbers.iter().map(|&number| record(number)).collect();
        writer.put(&rows(t, &writer.db().schema().types()[t], first, &new));
        written.extend((first..).zip(numbers).map(|(id, number)| ((t, id), number)));
    } else {
        // Of the thread's own records, also those of handles that have left.
        let id = own[random.below(own.len() as u32) as usize];
        let number = random.below(1 << 30);
        let cells = record(number).into_iter().enumerate().collect();
        writer.put(&operations(t, &[Op::Modify(id, 0, cells)]));
        written.insert((t, id), number);
    }
    if random.below(4) == 0 {
        writer.hand_over();
    }
}
