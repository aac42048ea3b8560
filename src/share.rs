//! What share of a CPU's time a thread gets that always has something to do, and when it should look for another CPU.

use std::time::{Duration, Instant};

/// How long after one look the next follows, at least.
const PAUSE: Duration = Duration::from_millis(1);
/// The next look follows at most so many times later, where moving has not helped.
const MOST_PATIENCE: u32 = 64;

/// What a thread sees when it looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// When that is.
    pub at: Instant,
    /// How long the thread has run so far.
    pub ran: Duration,
    /// How many runs were handed over so far.
    pub turns: usize,
}

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    last: Option<Look>,
    pause: Duration,
    patience: u32,
}

impl Share {
    /// For worker number `worker`. Most do not look at the same time: of two that share a CPU one is to move.
    pub fn new(worker: usize) -> Self {
        Self { last: None, pause: PAUSE * (4 + worker as u32 % 4) / 4, patience: 1 }
    }

    /// Whether the thread should look now, if it has had something to do without a break since `since`.
    pub fn is_due(&self, since: Instant, now: Instant) -> bool {
        self.last.is_none_or(|last| last.at < since || now - last.at >= self.pause * self.patience)
    }

    /// Whether the thread should move: it got less than three quarters of the time since its last look, and nothing was
    /// handed over meanwhile, so that JavaScript is likely to have left its CPU. `since` is as above.
    pub fn is_small(&mut self, since: Instant, look: Look) -> bool {
        let last = self.last.replace(look).filter(|last| last.at >= since);
        let Some(last) = last else { return false };
        let is_small = look.ran.saturating_sub(last.ran) * 4 < (look.at - last.at) * 3;
        let moves = is_small && look.turns == last.turns;
        if moves {
            self.patience = (self.patience * 2).min(MOST_PATIENCE);
        } else if !is_small {
            self.patience = 1;
        }
        moves
    }
}
