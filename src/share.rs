//! What share of a CPU's time a thread gets that always has something to do, and when it should look for another CPU.

use std::time::{Duration, Instant};

/// How long after one look the next follows, at least; and how long nothing was handed over where JavaScript is likely to have
/// left its CPU.
const PAUSE: Duration = Duration::from_millis(1);
/// The next look follows at most so many times later, where moving has not helped.
const MOST_PATIENCE: u32 = 64;
/// How long a small share counts: threads that take turns on a CPU may each have it for some milliseconds.
const MEMORY: Duration = Duration::from_millis(4);

/// What a thread sees when it looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// When that is.
    pub at: Instant,
    /// Where it runs.
    pub cpu: usize,
    /// How long the thread has run so far.
    pub ran: Duration,
}

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    last: Option<Look>,
    /// When the thread saw last that its share was small, on the CPU that it has now.
    small: Option<Instant>,
    /// Whether it has moved since.
    moved: bool,
    /// How many runs were handed over when it was last asked, and since when it was that many.
    turns: (usize, Option<Instant>),
    pause: Duration,
    patience: u32,
}

impl Share {
    /// For worker number `worker`. Most do not look at the same time: of two that share a CPU one is to move.
    pub fn new(worker: usize) -> Self {
        let pause = PAUSE * (4 + worker as u32 % 4) / 4;
        Self { last: None, small: None, moved: false, turns: (0, None), pause, patience: 1 }
    }

    /// Whether the thread should look now, if it has had something to do without a break since `since`, and so many runs were
    /// handed over so far. To be asked between any two things to do.
    pub fn is_due(&mut self, since: Instant, now: Instant, turns: usize) -> bool {
        if self.turns.0 != turns {
            self.turns = (turns, Some(now));
        }
        self.last.is_none_or(|last| last.at < since || now - last.at >= self.pause * self.patience)
    }

    /// Whether the thread should move: it got less than three quarters of the time between two looks on the same CPU, a moment
    /// ago, and since then nothing was handed over, so that JavaScript is likely to have left its CPU. `since` is as above.
    pub fn is_small(&mut self, since: Instant, look: Look) -> bool {
        // What a CPU gave that the scheduler has taken the thread from says nothing of the one that it has now.
        let last = self.last.replace(look).filter(|last| last.at >= since);
        if last.is_none() {
            self.patience = 1;
        }
        let Some(last) = last.filter(|last| last.cpu == look.cpu) else {
            self.small = None;
            return false;
        };
        let is_small = look.ran.saturating_sub(last.ran) * 4 < (look.at - last.at) * 3;
        if is_small {
            self.small = Some(look.at);
            self.moved = false;
        }
        if self.small.is_none_or(|small| look.at - small >= MEMORY) {
            self.patience = 1;
            return false;
        }
        let is_quiet = self.turns.1.is_none_or(|turned| look.at - turned >= PAUSE);
        is_quiet && !self.moved
    }

    /// The thread has moved.
    pub fn moved(&mut self) {
        self.moved = true;
        self.patience = (self.patience * 2).min(MOST_PATIENCE);
    }
}
