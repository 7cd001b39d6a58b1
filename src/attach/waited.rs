//! A transport whose drive learns how long its user waited between two commands. Nothing else is
//! changed.

use std::time::{Duration, Instant};

use crate::transport::{Answer, Cdb, Data, Errno, Transport};

/// The transport, and since when it has nothing to do.
pub(super) struct Waited {
    transport: Box<dyn Transport>,
    idle_since: Instant,
}

impl Waited {
    pub(super) fn new(transport: Box<dyn Transport>) -> Waited {
        Waited { transport, idle_since: Instant::now() }
    }
}

impl Transport for Waited {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        self.transport.idle(self.idle_since.elapsed());
        let outcome = self.transport.execute(cdb, data, timeout);
        self.idle_since = Instant::now();
        outcome
    }

    fn max_transfer(&self) -> usize {
        self.transport.max_transfer()
    }

    fn wait(&mut self, time: Duration) {
        self.transport.wait(time);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a drive is told: idle times and commands, in order.
    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<Vec<Option<Duration>>>>);

    impl Transport for Told {
        fn execute(&mut self, _: &Cdb, _: Data<'_>, _: Duration) -> Result<Answer, Errno> {
            self.0.lock().expect("not poisoned").push(None);
            Ok(Answer::default())
        }

        fn max_transfer(&self) -> usize {
            2048
        }

        fn wait(&mut self, _: Duration) {}

        fn idle(&mut self, outside: Duration) {
            self.0.lock().expect("not poisoned").push(Some(outside));
        }
    }

    #[test]
    fn before_each_command_the_drive_learns_what_passed_since_the_last() {
        let told = Told::default();
        let mut waited = Waited::new(Box::new(told.clone()));
        let begun = Instant::now();
        for _ in 0..2 {
            waited.execute(&Cdb::new(&[0; 6]), Data::None, Duration::ZERO).expect("good");
        }
        let all = begun.elapsed();
        let told = told.0.lock().expect("not poisoned");
        let [Some(_), None, Some(between), None] = told[..] else { panic!("{told:?}") };
        assert!(between <= all);
    }
}
