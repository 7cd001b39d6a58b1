//! How a job tells what it does, and how it is told to stop.

use std::ops::ControlFlow;

/// Receives what a job reports. `Break` asks it to stop at the next clean point.
pub trait Observer<Event> {
    /// Something happened.
    fn event(&mut self, event: Event) -> ControlFlow<()>;
}

impl<Event, F: FnMut(Event) -> ControlFlow<()>> Observer<Event> for F {
    fn event(&mut self, event: Event) -> ControlFlow<()> {
        self(event)
    }
}
