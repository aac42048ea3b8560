//! Choosing the handlers of a batch: `select_handler`, and the rule that splits a batch's types over handlers.
//! Pure arithmetic; the pool holds the lock under which a choice is made and carried out.

/// In whose hands a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Nobody's.
    Free,
    /// This worker is processing it.
    Processing(usize),
    /// Its parts are held for this worker, until another is past its last one.
    Held(usize),
}

/// What a worker has to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Types that it is processing, or that are held for it.
    pub processing: usize,
    /// Bytes that it still has to apply.
    pub remaining: usize,
    /// It finishes what it has and takes no more types: its handle leaves, or has left.
    pub leaving: bool,
}

/// One part of a batch: types for one handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The handler.
    pub worker: usize,
    /// The types, sorted.
    pub types: Vec<u16>,
    /// Bytes of their frames.
    pub bytes: usize,
    /// Whether the part, of one type, waits until another worker is past that type.
    pub held: bool,
}

/// Most bytes that another worker is woken for, see [`worth`]: applying them takes about as long as the waking.
pub const WORTH: usize = 64 * 1024;

/// Bytes that are worth waking another worker for, of a ring of `size` bytes: in a small one no batch has many.
pub fn worth(size: usize) -> usize {
    WORTH.min(size / 16)
}

/// Of more types and workers each type is looked up once only.
const FEW: usize = 64;

/// Most types of a batch that move at a time: each is a part of its own, and the ring asks every part where it is.
const MOST_MOVES: usize = 32;

/// The handler of a type: the worker that is processing it; else a free one; else the chillest.
pub fn select_handler(hand: Hand, loads: &[Load]) -> usize {
    match hand {
        Hand::Processing(worker) | Hand::Held(worker) => worker,
        Hand::Free => {
            let free = loads.iter().position(|load| load.processing == 0 && !load.leaving);
            free.unwrap_or_else(|| chillest(loads))
        }
    }
}

/// The worker with the least to do, of those that stay; whoever hands over has brought one.
pub fn chillest(loads: &[Load]) -> usize {
    let staying = (0..loads.len()).filter(|&worker| !loads[worker].leaving);
    staying.min_by_key(|&worker| loads[worker].remaining).unwrap_or(0)
}

/// The handlers of a batch with these types and bytes of each, `types` sorted by type. Every type is in one choice.
///
/// - A type in a worker's hands goes to that worker; where that leaves a worker without work beside one with
///   much, some of the types are held for the idle one instead. A type in the hands of one that leaves is held for the
///   chillest.
/// - The other types go together to a free worker, else to the chillest; over several free ones if they are many bytes,
///   `worth` for each at least.
pub fn select_handlers(
    types: &[(u16, usize)],
    hand: impl Fn(u16) -> Hand,
    loads: &[Load],
    worth: usize,
) -> Vec<Choice> {
    if let Some(choices) = only_choices(types, &hand, loads) {
        return choices;
    }
    let mut plan =
        Plan { worth, loads: loads.to_vec(), groups: vec![Vec::new(); loads.len()], held: Vec::new() };
    let mut free = Vec::new();
    for &(t, bytes) in types {
        match hand(t) {
            Hand::Free => free.push((t, bytes)),
            Hand::Processing(worker) if loads[worker].leaving => plan.take_over(t, bytes),
            Hand::Processing(worker) => plan.give(worker, t, bytes, false),
            Hand::Held(worker) => plan.hold(worker, t, bytes),
        }
    }
    plan.give_free(free);
    plan.move_to_idle(&hand);
    plan.choices()
}

/// The choices where there is nothing to choose: one worker, or each type in the hands of one that stays and none idle. Most
/// batches are like that, and a plan takes longer than all the rest of a hand-over of few types.
fn only_choices(types: &[(u16, usize)], hand: impl Fn(u16) -> Hand, loads: &[Load]) -> Option<Vec<Choice>> {
    let is_alone = loads.len() == 1;
    if types.len() * loads.len() > FEW {
        return None;
    }
    let worker_of = |t| match hand(t) {
        Hand::Processing(worker) if !loads[worker].leaving => Some(worker),
        Hand::Free if is_alone => Some(0),
        _ => None,
    };
    if !is_alone && loads.contains(&Load::default()) || types.iter().any(|&(t, _)| worker_of(t).is_none()) {
        return None;
    }
    let choices = (0..loads.len()).map(|worker| {
        let own = types.iter().filter(|&&(t, _)| worker_of(t) == Some(worker));
        let bytes = own.clone().map(|&(_, bytes)| bytes).sum();
        Choice { worker, types: own.map(|&(t, _)| t).collect(), bytes, held: false }
    });
    Some(choices.filter(|choice| !choice.types.is_empty()).collect())
}

/// A batch's types as given so far.
struct Plan {
    /// Bytes that are worth waking another worker for.
    worth: usize,
    /// The workers' loads with what was given to them.
    loads: Vec<Load>,
    /// Types and bytes for each worker to take at once.
    groups: Vec<Vec<(u16, usize)>>,
    held: Vec<Choice>,
}

impl Plan {
    fn give(&mut self, worker: usize, t: u16, bytes: usize, new: bool) {
        self.groups[worker].push((t, bytes));
        self.loads[worker].processing += usize::from(new);
        self.loads[worker].remaining += bytes;
    }

    fn hold(&mut self, worker: usize, t: u16, bytes: usize) {
        self.held.push(Choice { worker, types: vec![t], bytes, held: true });
        self.loads[worker].remaining += bytes;
    }

    /// A type that a leaving worker has waits for it, and then goes to another.
    fn take_over(&mut self, t: u16, bytes: usize) {
        let worker = chillest(&self.loads);
        self.loads[worker].processing += 1;
        self.hold(worker, t, bytes);
    }

    fn idle(&self) -> Vec<usize> {
        (0..self.loads.len()).filter(|&worker| self.loads[worker] == Load::default()).collect()
    }

    fn give_free(&mut self, mut free: Vec<(u16, usize)>) {
        let bytes: usize = free.iter().map(|&(_, bytes)| bytes).sum();
        let mut idle = self.idle();
        idle.truncate((bytes / self.worth).max(1));
        if idle.len() < 2 {
            let worker = select_handler(Hand::Free, &self.loads);
            free.into_iter().for_each(|(t, bytes)| self.give(worker, t, bytes, true));
            return;
        }
        // Largest first, each to the one with the least: no worker gets much more than another.
        free.sort_by_key(|&(t, bytes)| (std::cmp::Reverse(bytes), t));
        for (t, bytes) in free {
            let least = idle.iter().copied().min_by_key(|&worker| self.loads[worker].remaining);
            self.give(least.unwrap_or(0), t, bytes, true);
        }
    }

    fn move_to_idle(&mut self, hand: &impl Fn(u16) -> Hand) {
        for idle in self.idle() {
            let busy = (0..self.loads.len()).filter(|&worker| {
                let Load { processing, remaining, leaving } = self.loads[worker];
                // Of one that leaves, all types were given to others already.
                processing >= 2 && remaining >= 2 * self.worth && !leaving
            });
            let Some(busy) = busy.max_by_key(|&worker| self.loads[worker].remaining) else { return };
            self.move_types(busy, idle, hand);
        }
    }

    /// Moves types of `busy`'s group to `idle`: of a group that is one type, up to half of what `busy` has to do. Of several, up
    /// to half of the group, since later batches are likely to be like this one and the types stay; or an eighth more, so
    /// that of eight types which are much the same four move, not three. One type stays.
    fn move_types(&mut self, busy: usize, idle: usize, hand: &impl Fn(u16) -> Hand) {
        let mut group = std::mem::take(&mut self.groups[busy]);
        group.sort_by_key(|&(t, bytes)| (std::cmp::Reverse(bytes), t));
        let most = match group[..] {
            [_] => self.loads[busy].remaining / 2,
            _ => group.iter().map(|&(_, bytes)| bytes).sum::<usize>() / 16 * 9,
        };
        let (mut moved, mut moves, mut kept) = (0, 0, Vec::new());
        for (t, bytes) in group {
            // Types that this very batch brings to `busy` were placed a moment ago, and stay.
            let movable = hand(t) == Hand::Processing(busy) && self.loads[busy].processing >= 2;
            if !movable || moves == MOST_MOVES || moved + bytes > most {
                kept.push((t, bytes));
                continue;
            }
            moved += bytes;
            moves += 1;
            self.loads[busy].processing -= 1;
            self.loads[busy].remaining -= bytes;
            self.loads[idle].processing += 1;
            self.hold(idle, t, bytes);
        }
        self.groups[busy] = kept;
    }

    fn choices(self) -> Vec<Choice> {
        let groups = self.groups.into_iter().enumerate().filter(|(_, group)| !group.is_empty());
        let mut choices: Vec<Choice> = groups
            .map(|(worker, mut group)| {
                group.sort_unstable();
                let bytes = group.iter().map(|&(_, bytes)| bytes).sum();
                Choice { worker, types: group.into_iter().map(|(t, _)| t).collect(), bytes, held: false }
            })
            .collect();
        choices.extend(self.held);
        choices
    }
}
