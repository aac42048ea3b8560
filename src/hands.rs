//! In whose hands each type of a store is, and the seats of its workers. The pool holds this under its lock, but for the counts
//! of what each worker has of a type: only the lock's holder counts up, and only the worker in whose hands the type is counts
//! down, without the lock as long as it has more of it. So whoever holds the lock knows whether a type is in somebody's hands.
//!
//! A worker that leaves finishes what it has. Later parts of its types are held for others, and once nothing is in its
//! hands or held for it, it is stopped: so its queue is empty then, and nothing is queued later.

use crate::drain::{Hand, Load, chillest};
use crate::sync::{Arc, AtomicU32, JoinHandle, Ordering};
use crate::worker::{DbWorker, Job};
use std::collections::VecDeque;

/// See the module.
#[derive(Debug)]
pub struct Hands {
    types: Vec<TypeHand>,
    counts: Counts,
    /// By the worker's number; a seat is taken again once its worker has left.
    seats: Vec<Option<Seat>>,
    /// How many jobs were held so far.
    holds: u64,
}

/// A worker of the pool.
#[derive(Debug)]
pub struct Seat {
    /// The worker.
    pub worker: Arc<DbWorker>,
    /// Its thread, until somebody waits for its end.
    thread: Option<JoinHandle<()>>,
    /// How many types are in its hands or held for it.
    processing: usize,
    leaving: bool,
}

/// How many parts of each type are running or queued, all on one worker.
#[derive(Debug, Clone)]
pub struct Counts(Arc<Vec<AtomicU32>>);

/// In whose hands a type is, if its count is not 0: in those of `worker`; `held` parts wait, in order, until what is counted is
/// done, and then go to `next`.
#[derive(Debug, Clone, Default)]
struct TypeHand {
    worker: usize,
    next: usize,
    held: VecDeque<Held>,
}

/// A job that waits, the one with this number in the order in which jobs were held.
#[derive(Debug, Clone)]
struct Held {
    number: u64,
    job: Job,
}

impl Counts {
    fn of(&self, t: u16) -> &AtomicU32 {
        &self.0[usize::from(t)]
    }

    fn get(&self, t: u16) -> usize {
        self.of(t).load(Ordering::Relaxed) as usize
    }

    fn set(&self, t: u16, count: usize) {
        self.of(t).store(count as u32, Ordering::Relaxed);
    }

    /// Counts a part with these types down, for the worker in whose hands they are, if it has more of each; whether it has.
    /// Where not, the last ones are [`Hands::release`]'s.
    pub fn count_down(&self, types: &[u16]) -> bool {
        // Nobody else counts down. Relaxed: whoever gets a type next gets it from the lock, under which the last part is released.
        let has_more = types.iter().all(|&t| self.get(t) > 1);
        if has_more {
            types.iter().for_each(|&t| _ = self.of(t).fetch_sub(1, Ordering::Relaxed));
        }
        has_more
    }
}

impl Seat {
    /// For a worker that has nothing yet.
    pub fn new(worker: Arc<DbWorker>, thread: Option<JoinHandle<()>>) -> Self {
        Self { worker, thread, processing: 0, leaving: false }
    }

    fn load(&self) -> Load {
        // `remaining` is counted down a little before the types are released.
        let remaining = if self.processing == 0 { 0 } else { self.worker.remaining() };
        Load { processing: self.processing, remaining, leaving: self.leaving && !cfg!(broken_leave) }
    }
}

impl Hands {
    /// Nobody's hands: of so many types.
    pub fn new(types: usize) -> Self {
        let counts = Counts(Arc::new((0..types).map(|_| AtomicU32::new(0)).collect()));
        Self { types: vec![TypeHand::default(); types], counts, seats: Vec::new(), holds: 0 }
    }

    /// The counts of all types.
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// How many types there are.
    pub fn types(&self) -> usize {
        self.types.len()
    }

    /// In whose hands type `t` is.
    pub fn hand(&self, t: u16) -> Hand {
        let hand = &self.types[usize::from(t)];
        match (self.counts.get(t), hand.held.is_empty()) {
            (0, _) => Hand::Free,
            (_, true) => Hand::Processing(hand.worker),
            (_, false) => Hand::Held(hand.next),
        }
    }

    /// The number of the lowest free seat.
    pub fn free_seat(&self) -> usize {
        self.seats.iter().position(Option::is_none).unwrap_or(self.seats.len())
    }

    /// Takes a free seat.
    pub fn sit(&mut self, number: usize, seat: Seat) {
        if number == self.seats.len() {
            self.seats.push(None);
        }
        self.seats[number] = Some(seat);
    }

    /// Gives a seat free.
    pub fn stand_up(&mut self, number: usize) {
        self.seats[number] = None;
    }

    /// The workers that are there, with their numbers.
    pub fn seats(&self) -> impl Iterator<Item = (usize, &Seat)> {
        self.seats.iter().enumerate().filter_map(|(number, seat)| Some((number, seat.as_ref()?)))
    }

    /// What each worker has to do, by number.
    pub fn loads(&self) -> Vec<Load> {
        let nobody = Load { leaving: true, ..Load::default() };
        self.seats.iter().map(|seat| seat.as_ref().map_or(nobody, Seat::load)).collect()
    }

    /// The types in the worker's hands.
    pub fn processing(&self, number: usize) -> impl Iterator<Item = usize> {
        let types = self.types.iter().enumerate();
        types.filter(move |(t, hand)| hand.worker == number && self.counts.get(*t as u16) > 0).map(|(t, _)| t)
    }

    /// The worker with this number, which was chosen under this lock.
    pub fn worker(&self, number: usize) -> &DbWorker {
        &self.seats[number].as_ref().expect("workers with something to do are there").worker
    }

    fn count(&mut self, number: usize) -> &mut usize {
        &mut self.seats[number].as_mut().expect("workers with something to do are there").processing
    }

    /// A job with these types goes to worker `number` now.
    pub fn give(&mut self, types: &[u16], number: usize, job: Job) {
        for &t in types {
            let hand = &mut self.types[usize::from(t)];
            let before = self.counts.of(t).fetch_add(1, Ordering::Relaxed);
            debug_assert!(before == 0 || hand.worker == number);
            hand.worker = number;
            *self.count(number) += usize::from(before == 0);
        }
        self.worker(number).modify(job);
    }

    /// A job of type `t` waits for the worker that has it now, and then goes to `next`.
    pub fn hold(&mut self, t: u16, next: usize, job: Job) {
        let hand = &mut self.types[usize::from(t)];
        let is_first = hand.held.is_empty();
        hand.next = next;
        hand.held.push_back(Held { number: self.holds, job });
        self.holds += 1;
        *self.count(next) += usize::from(is_first);
    }

    /// A job with these types is done. Of those for which it was the last, the parts that were held go to the next worker:
    /// in the order in which they were handed over, so that the regions of the oldest batches are released first.
    pub fn release(&mut self, types: &[u16]) {
        let mut ready = Vec::new();
        for &t in types {
            if self.counts.of(t).fetch_sub(1, Ordering::Relaxed) > 1 {
                continue;
            }
            let hand = &mut self.types[usize::from(t)];
            let (done, next) = (hand.worker, hand.next);
            let held = std::mem::take(&mut hand.held);
            self.counts.set(t, held.len());
            hand.worker = next;
            *self.count(done) -= 1;
            ready.extend(held.into_iter().map(|held| (next, held)));
            self.stop_if_done(done);
        }
        ready.sort_unstable_by_key(|(_, held)| held.number);
        for (next, Held { job, .. }) in ready {
            self.worker(next).modify(job);
        }
    }

    /// Takes a worker out of the choice; gives its thread to wait for. What is held for it goes to others, if any stay.
    pub fn leave(&mut self, number: usize) -> Option<JoinHandle<()>> {
        let seat = self.seats[number].as_mut()?;
        seat.leaving = true;
        let thread = seat.thread.take();
        if self.loads().iter().any(|load| !load.leaving) {
            for t in 0..self.types.len() {
                if !self.types[t].held.is_empty() && self.types[t].next == number {
                    self.hold_for_another(t);
                }
            }
        }
        self.stop_if_done(number);
        thread
    }

    /// What is held of type `t` goes to the chillest worker instead.
    fn hold_for_another(&mut self, t: usize) {
        let next = chillest(&self.loads());
        let hand = &mut self.types[t];
        let before = std::mem::replace(&mut hand.next, next);
        let bytes = hand.held.iter().map(|held| held.job.bytes()).sum();
        *self.count(before) -= 1;
        *self.count(next) += 1;
        self.worker(before).forget(bytes);
        self.worker(next).expect(bytes);
    }

    fn stop_if_done(&mut self, number: usize) {
        let seat = self.seats[number].as_ref();
        if let Some(seat) = seat.filter(|seat| seat.leaving && seat.processing == 0) {
            seat.worker.stop();
        }
    }
}
