//! How much work a check may cost before it is refused; judging a hash is never limited.

/// What one check of a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Rounds of the scheme's own kind, in the order of a microsecond each; for bcrypt 2^cost, for yescrypt N·r·p.
    pub work: u64,
    /// Bytes of memory.
    pub memory: u64,
}

impl Cost {
    /// Rounds without memory to speak of.
    pub(super) fn rounds(work: u64) -> Self {
        Self { work, memory: 0 }
    }

    /// The same for this password: a round that takes in all of a giant one is no longer small.
    pub(super) fn of_password(self, password: &[u8]) -> Self {
        /// Bytes that one round takes in its stride.
        const STRIDE: usize = 512;
        let times = u64::try_from(1 + password.len() / STRIDE).unwrap_or(u64::MAX);
        Self { work: self.work.saturating_mul(times), ..self }
    }
}

/// The most that a check may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`Cost::work`].
    pub work: u64,
    /// See [`Cost::memory`].
    pub memory: u64,
}

impl Limits {
    /// About ten seconds on a slow machine: SHA-crypt `rounds=5000000`, bcrypt 15 (its rounds count hundredfold),
    /// 1 GiB of memory.
    pub const DEFAULT: Self = Self { work: 5_000_000, memory: 1 << 30 };

    /// Whether a check of this cost may be run.
    #[must_use]
    pub fn allow(self, cost: Cost) -> bool {
        cost.work <= self.work && cost.memory <= self.memory
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
